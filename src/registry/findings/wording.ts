import type { Member } from '../registry-state.ts';
import type { Finding } from './finding.ts';

const EVIDENCE_LINES_MAX = 20;
const LINE_MAX = 300;
const NAME_MAX = 60;

/** Whoever has a token may register: what people read shows as much of it as tells it from another one. */
const TOKEN_SHOWN = 8;

/**
 * A finding as it may be shown: members and their values come from anybody, so that no text of it holds a whole token,
 * a password of a URL, or what a terminal obeys, and none is long.
 */
export function presentable<T extends Pick<Finding, 'sentence' | 'evidence' | 'remedy'>>(finding: T): T {
  const { evidence } = finding;
  const more = evidence.length - EVIDENCE_LINES_MAX;
  const lines = evidence.slice(0, EVIDENCE_LINES_MAX).map((line) => shorten(printable(line), LINE_MAX));
  return {
    ...finding,
    sentence: printable(finding.sentence),
    evidence: more > 0 ? [...lines, `and ${more} more`] : lines,
    remedy: printable(finding.remedy),
  };
}

/** A text of others as it may be shown, on one line: see `presentable`. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\ufffd]/gu, '?')
    .replaceAll(/:\/\/[^/?#\s]*@/g, '://')
    .replaceAll(/[0-9a-f]{32,}/gi, (token) => `${token.slice(0, TOKEN_SHOWN)}...`);
}

function shorten(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}...` : text;
}

/** A member by its name where it has one, else by its id. Masked before it is cut: a cut token is hardly less of one. */
export function nameOf({ id, value }: Member): string {
  return nameOfId(value?.form === 'named' ? value.name : id);
}

/** A member of which only the id is known. */
export function nameOfId(id: string): string {
  return shorten(printable(id), NAME_MAX);
}

/** A member with all that tells it from others: `n1 (8e9e05c52164694d), from 10.0.0.1`. */
export function describe(member: Member): string {
  const name = nameOf(member);
  const id = nameOfId(member.id);
  const from = sourceOf(member);
  return `${name}${name === id ? '' : ` (${id})`}${from === '' ? '' : `, from ${from}`}`;
}

/** Where a member registered from; empty where that is not known. */
export function sourceOf({ note }: Member): string {
  return note === undefined || note.from === 'unknown' ? '' : note.from;
}

/** `n1`, `n1 and n2`, `n1, n2 and 5 more`. */
export function listNames(members: readonly Member[]): string {
  return listTexts(members.map(nameOf));
}

export function listTexts(texts: readonly string[]): string {
  const shown = texts.length > 4 ? [...texts.slice(0, 3), `${texts.length - 3} more`] : texts;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** `1 member`, `2 members`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** A time of a note or record, which may hold any number. */
export function formatTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString().replace(/\.\d+Z$/, 'Z');
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** A span in its largest unit of which there are two, so that 90 minutes are not "1 hour". */
export function formatSpan(ms: number): string {
  const span = Number.isFinite(ms) ? Math.max(ms, 0) : 0;
  const [unit, length] = UNITS.find(([, length]) => span >= 2 * length) ?? ['second', 1000];
  return count(Math.floor(span / length), unit);
}
