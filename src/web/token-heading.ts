import type { Lifecycle } from '../registry/registry-state.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { type Html, html } from './html.ts';
import { renderSeverity, renderState } from './shapes.ts';
import { renderSnippet } from './snippet.ts';
import { formatGap, formatMoment, renderAgo, renderTime } from './times.ts';

/** Slots that are drawn one by one; more are a bar. */
const SEGMENTS_MAX = 48;

const STATE_WORDS: Readonly<Record<Lifecycle, string>> = {
  open: 'Open',
  complete: 'Complete',
  expired: 'Expired',
  revoked: 'Revoked',
};

/** How many of its slots a token has taken. */
export function countTaken({ size, missing }: TokenReport): number {
  return size - missing;
}

/** The state of a token in a few words. */
export function describeState(report: TokenReport): string {
  const { state, size } = report;
  const taken = countTaken(report);
  switch (state) {
    case 'open':
      return `${taken} of ${size} ${size === 1 ? 'member has' : 'members have'} registered`;
    case 'complete':
      return size === 1 ? 'The one member has registered' : `All ${size} members have registered`;
    case 'expired':
      return 'This token has expired';
    case 'revoked':
      return 'This token was revoked';
  }
}

/** What a person sees first: the state, how far the cluster is, and the URL. */
export function renderHeading(report: TokenReport, url: string, now: number): Html {
  const { state, token } = report;
  const isLive = state === 'open' || state === 'complete';
  return html`<header class="heading">
<p class="eyebrow"><span class="badge ${state}">${renderState(state)}${STATE_WORDS[state]}</span> ${isLive && renderProblemCount(report)} Token ${token.slice(0, 8)}…</p>
<h1>${describeState(report)}</h1>
${isLive && renderStrip(report)}
<p class="lede">${explainState(report, now)}</p>
${isLive && html`<div class="url"><h2 class="label">Discovery URL</h2>${renderSnippet('url', 'discovery URL', url)}</div>`}
</header>`;
}

/** Leads to the findings, which may stand far below. */
function renderProblemCount({ findings }: TokenReport): Html | undefined {
  const count = findings.filter(({ severity }) => severity === 'problem').length;
  if (count === 0) return undefined;
  return html`<a class="badge alarm" href="#troubles">${renderSeverity('problem')}${count} ${count === 1 ? 'problem' : 'problems'}</a>`;
}

/** The heading says the same in words. */
function renderStrip(report: TokenReport): Html {
  const { size } = report;
  const taken = countTaken(report);
  if (size > SEGMENTS_MAX) {
    return html`<svg class="strip" width="100%" height="14" aria-hidden="true"><rect class="free" width="100%" height="14" rx="3"/><rect class="taken" width="${((taken / size) * 100).toFixed(2)}%" height="14" rx="3"/></svg>`;
  }
  const segments = Array.from({ length: size }, (_, index) => {
    return html`<span class="${index < taken ? 'taken' : 'free'}"></span>`;
  });
  return html`<div class="strip" aria-hidden="true">${segments}</div>`;
}

function explainState(report: TokenReport, now: number): Html {
  const { state, missing, size, createdAt, completedAt, expiresAt, revokedAt, members } = report;
  switch (state) {
    case 'open': {
      const last = members.at(-1)?.registeredAt;
      const came =
        members.length === 0
          ? html`Nobody has come yet; the token was made ${renderAgo(createdAt, now)}. Members that come wait, and start together with the last one.`
          : html`The last one came ${renderAgo(last ?? createdAt, now)}, and ${missing} ${missing === 1 ? 'is' : 'are'} missing. Members that are here wait, and start together.`;
      return html`${size === 1 ? html`Nobody has come yet; the token was made ${renderAgo(createdAt, now)}.` : came} The token is good until ${formatMoment(expiresAt)}.`;
    }
    case 'complete': {
      if (completedAt === null) return html`Every slot is taken, and the cluster starts by itself.`;
      const took = formatGap(Date.parse(completedAt) - Date.parse(createdAt));
      return html`Complete ${renderAgo(completedAt, now)}, ${took} after the token was made. The cluster starts by itself, and needs this token no more.`;
    }
    case 'expired':
      return html`It was good until ${renderTime(expiresAt, now)}. No member can register or find the others by it any more; members that run need no token.`;
    case 'revoked':
      return html`Its owner withdrew it${revokedAt !== null && html` on ${renderTime(revokedAt, now)}`}. No member can register or find the others by it any more; members that run need no token.`;
  }
}
