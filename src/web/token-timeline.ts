import type { TokenReport } from '../registry/token-report.ts';
import { type Html, html, type Part } from './html.ts';
import { formatGap, renderShortTime } from './times.ts';

/** Registrations that the time line tells one by one. */
const STEPS_MAX = 24;

interface Step {
  readonly key: string;
  readonly kind: 'past' | 'complete' | 'end' | 'future';
  readonly at: string;
  readonly what: Part;
}

/** From the token's creation to the complete cluster, and to the token's end. */
export function renderTimeline(report: TokenReport, now: number): Html {
  const steps = listSteps(report);
  const { createdAt } = report;
  return html`<section aria-labelledby="timeline-title">
<h2 id="timeline-title">Time line</h2>
<ol class="timeline">
${steps.map(({ key, kind, at, what }) => {
  const gap = kind === 'future' || at === createdAt ? '' : formatGap(Date.parse(at) - Date.parse(createdAt));
  return html`<li class="${kind}" data-key="${key}"><p class="what">${what}${gap !== '' && html` <span class="gap">+${gap}</span>`}</p><p class="when">${renderShortTime(at, now)}</p></li>`;
})}
</ol>
</section>`;
}

function listSteps(report: TokenReport): Step[] {
  const { createdAt, completedAt, expiresAt, revokedAt, state, size, members } = report;
  const came = members.flatMap(({ id, name, registeredAt: at, slot }): Step[] => {
    if (at === null) return [];
    const what = html`<bdi>${name ?? id}</bdi> ${slot === null ? 'came late' : `registered, ${slot} of ${size}`}`;
    return [{ key: `step-${id}`, kind: 'past', at, what }];
  });
  const steps: Step[] = [
    { key: 'created', kind: 'past', at: createdAt, what: `token made for ${size}` },
    ...came.slice(0, STEPS_MAX),
  ];
  if (completedAt !== null) {
    const complete: Step = { key: 'complete', kind: 'complete', at: completedAt, what: 'complete' };
    // Right behind the member that took the last slot, before those that came after it.
    const taker = members.find(({ slot }) => slot === size);
    const at = steps.findIndex(({ key }) => key === `step-${taker?.id}`);
    steps.splice(at === -1 ? steps.length : at + 1, 0, complete);
  }
  if (revokedAt !== null) steps.push({ key: 'end', kind: 'end', at: revokedAt, what: 'token revoked' });
  else if (state === 'expired') steps.push({ key: 'end', kind: 'end', at: expiresAt, what: 'token expired' });
  else {
    steps.push({ key: 'end', kind: 'future', at: expiresAt, what: 'token expires' });
  }
  return steps;
}
