import type { TokenReport } from '../registry/token-report.ts';
import { type Html, html } from './html.ts';
import type { Page } from './layout.ts';
import type { StartChoice } from './start-choice.ts';
import { renderNotes, renderTroubles } from './token-findings.ts';
import { countTaken, describeState, renderHeading } from './token-heading.ts';
import { renderNextSteps } from './token-next-steps.ts';
import { renderRoll } from './token-roll.ts';
import { renderTimeline } from './token-timeline.ts';
import { type RawViews, renderViews } from './token-views.ts';

/** What the page of a token is made from. */
export interface TokenView {
  readonly report: TokenReport;
  /** Undefined for a token that is over: clients are shown nothing of it. */
  readonly views: RawViews | undefined;
}

/** How a person looks at a token. */
export interface Visit {
  /** The URL of the token, as members are to spell it. */
  readonly url: string;
  readonly choice: StartChoice;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** How often a browser without JavaScript asks again, while members are missing. */
const RELOAD_SECONDS = 10;

/** The page of a token, also of one that is over. */
export function describeTokenPage({ report, views }: TokenView, { url, choice, now }: Visit): Page {
  const { state, token, size } = report;
  const isLive = state === 'open' || state === 'complete';
  const content: Html = html`${renderHeading(report, url, now)}
<div class="columns">
<div class="column">
${isLive ? renderLive({ report, views }, { url, choice, now }) : renderNextSteps(report, url, choice)}
</div>
<aside aria-label="Dates">
${renderTimeline(report, now)}
</aside>
</div>`;
  const page: Page = { title: titleOf(report), kind: 'token', content };
  if (!isLive) return page;
  const live = {
    events: `/v1/tokens/${token}/events`,
    state,
    revision: report.revision,
    taken: countTaken(report),
    size,
    reloadSeconds: state === 'open' ? RELOAD_SECONDS : 0,
  };
  return { ...page, live };
}

/** A token that is over has nothing to say beyond its heading: its members are gone with it. */
function renderLive({ report, views }: TokenView, { url, choice, now }: Visit): Html {
  return html`${renderTroubles(report.findings)}
${renderRoll(report, now)}
${renderNextSteps(report, url, choice)}
${renderNotes(report.findings)}
${renderViews(report, url, views)}`;
}

/** For the tab, which has room for the beginning. */
function titleOf(report: TokenReport): string {
  const { state, size, token } = report;
  const short = token.slice(0, 8);
  if (state === 'open') return `${countTaken(report)}/${size} · ${short}`;
  return state === 'complete' ? `${size}/${size} complete · ${short}` : describeState(report);
}
