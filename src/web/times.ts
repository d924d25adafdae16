import { type Html, html } from './html.ts';

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `28 Nov 2026, 02:45:11 UTC`: as in the logs of members, which are in UTC. @param time RFC 3339 in UTC */
export function formatMoment(time: string): string {
  const [, year, month, day, clock] = /^(\d+)-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)/.exec(time) ?? [];
  return clock === undefined ? time : `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}, ${clock} UTC`;
}

/** `2 minutes ago`, `in 6 days`: in the largest unit of which there are two. `web/muster.js` goes on with it. */
export function formatRelative(time: string, now: number): string {
  const span = Date.parse(time) - now;
  const text = formatSpan(Math.abs(span));
  if (text === '') return 'just now';
  return span < 0 ? `${text} ago` : `in ${text}`;
}

function formatSpan(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= 2 * length) ?? ['second', 1000];
  const count = Math.floor(ms / length);
  return count === 0 ? '' : `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** How far away a moment is, in a sentence; the moment itself is told where the reader asks. */
export function renderAgo(time: string, now: number): Html {
  return html`<time datetime="${time}" title="${formatMoment(time)}" data-ago="${time}">${formatRelative(time, now)}</time>`;
}

/** A moment, and how far away it is. */
export function renderTime(time: string, now: number): Html {
  return html`<time datetime="${time}">${formatMoment(time)}</time> <span class="ago" data-ago="${time}">${formatRelative(time, now)}</span>`;
}

/** The same where years are plain. */
export function renderShortTime(time: string, now: number): Html {
  const moment = formatMoment(time).replace(/ \d{4}, /, ', ');
  return html`<time datetime="${time}">${moment}</time> <span class="ago" data-ago="${time}">${formatRelative(time, now)}</span>`;
}

/** The time between two events: `0.4 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatGap(ms: number): string {
  if (!(ms >= 0)) return '';
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return join(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return join(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return join(Math.floor(minutes / 1440), 'd', Math.floor(minutes / 60) % 24, 'h');
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
