import type { MemberReport, TokenReport } from '../registry/token-report.ts';
import { type Html, html, type Part } from './html.ts';
import { renderTime } from './times.ts';

/** Members, and free slots, that the page lists one by one. */
const ROWS_MAX = 50;
const FREE_ROWS_MAX = 9;

/** Who came, slot by slot, who is missing, and who came too late. */
export function renderRoll(report: TokenReport, now: number): Html {
  const { members, size, missing } = report;
  const slots = members.filter(({ slot }) => slot !== null);
  const late = members.filter(({ slot }) => slot === null);
  return html`<section aria-labelledby="roll-title">
<h2 id="roll-title">Members</h2>
<ol class="roll">
${slots.slice(0, ROWS_MAX).map((member) => renderMember(member, now))}
${renderMore(slots.length - ROWS_MAX, 'registered too: the JSON below lists them')}
${renderFree(size - missing + 1, missing)}
</ol>
${
  late.length > 0 &&
  html`<h3 class="late-title">After the last slot</h3>
<ol class="roll late">
${late.slice(0, ROWS_MAX).map((member) => renderMember(member, now))}
${renderMore(late.length - ROWS_MAX, 'came late too: the JSON below lists them')}
</ol>`
}
</section>`;
}

function renderMore(count: number, words: string): Part {
  return count > 0 && html`<li class="more"><p>${count} more ${words}</p></li>`;
}

/** A member, with all that is known of it. Whatever it registered comes from anybody. */
function renderMember(member: MemberReport, now: number): Html {
  const { id, name, slot, peerUrls, value, registeredAt, from, dialect, received } = member;
  const title = name ?? id;
  return html`<li class="member" id="member-${id}" data-key="${id}" data-member="${title}">
<span class="slot">${slot === null ? html`<span class="hidden">late</span><span aria-hidden="true">+</span>` : html`<span class="hidden">Slot </span>${slot}`}</span>
<div class="who">
<h3><bdi>${title}</bdi></h3>
<p class="urls">${(peerUrls.length > 0 ? peerUrls : [value]).map((url) => html`<code><bdi>${url}</bdi></code> `)}</p>
<dl class="facts">
${registeredAt !== null && renderFact('registered', renderTime(registeredAt, now))}
${from !== null && renderFact('from', html`<code>${from}</code>`)}
${dialect !== null && renderFact('over', dialect === 'v2' ? 'v2 (HTTP)' : 'v3 (gRPC)')}
${name !== null && renderFact('id', html`<code>${id}</code>`)}
${renderFact('answer', received ? 'received' : 'not confirmed yet')}
</dl>
</div>
</li>`;
}

function renderFact(term: string, value: Part): Html {
  return html`<div><dt>${term}</dt> <dd>${value}</dd></div>`;
}

function renderFree(first: number, count: number): Html[] {
  const shown = count > FREE_ROWS_MAX ? FREE_ROWS_MAX - 1 : count;
  const rows = Array.from({ length: shown }, (_, index) => {
    const slot = first + index;
    return html`<li class="free" data-key="free-${slot}"><span class="slot"><span class="hidden">Slot </span>${slot}</span><p>free, waits for a machine</p></li>`;
  });
  if (shown < count) {
    rows.push(
      html`<li class="free" data-key="free-more"><span class="slot" aria-hidden="true">…</span><p>and ${count - shown} more free slots</p></li>`,
    );
  }
  return rows;
}
