import { printable } from '../../registry/findings/wording.ts';
import type { Cause } from '../cause.ts';
import type { KnownLine } from './known-line.ts';
import { KNOWN_LINES } from './known-lines.ts';
import { parseLogLine } from './log-line.ts';

/** What lines of a log mean that say the same. */
export interface LogEntry {
  /** That of the known line. */
  readonly id: string;
  /** `step`: as it should be. A problem that is over, by what came later, is a `note`. */
  readonly severity: KnownLine['severity'];
  readonly meaning: string;
  /** Empty where there is nothing to do. */
  readonly remedy: string;
  /** How many lines say so. */
  readonly count: number;
  /** As the first and the last of them have it; empty where they have none. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** What the last of them says, with the fields of zap as `key=value`, and without whole tokens. */
  readonly text: string;
  /** It was so, and is over by what the log says later. */
  readonly isOver: boolean;
}

/** A log, explained. */
export interface LogReport {
  /** How many lines there were, and how many of them are known. */
  readonly lines: number;
  readonly known: number;
  /** In the order in which they first came. */
  readonly entries: readonly LogEntry[];
}

/** So many different things are told of one log. */
const ENTRIES_MAX = 200;

/** Reads the log of a member, line by line, in whatever form it is. It may be of any length. */
export class LogReader {
  readonly #entries = new Map<string, { entry: LogEntry; order: number; known: KnownLine }>();
  #lines = 0;
  #known = 0;

  /** The next line, without its end. */
  add(line: string): void {
    if (line.trim() === '') return;
    this.#lines++;
    const { at, text } = parseLogLine(line);
    const found = findLine(text);
    if (found === undefined) return;
    this.#known++;
    const { known, match } = found;
    const meaning = typeof known.meaning === 'string' ? known.meaning : known.meaning(match);
    // The steps of the same kind tell how far it is: the last one counts.
    const key = known.severity === 'step' ? known.id : `${known.id} ${meaning}`;
    const before = this.#entries.get(key);
    if (before === undefined && this.#entries.size >= ENTRIES_MAX) return;
    const remedy = typeof known.remedy === 'function' ? known.remedy(match) : (known.remedy ?? '');
    const entry: LogEntry = {
      id: known.id,
      severity: known.severity,
      meaning: printable(meaning),
      remedy: printable(remedy),
      text: printable(text),
      count: (before?.entry.count ?? 0) + 1,
      firstAt: before?.entry.firstAt ?? at,
      lastAt: at,
      isOver: false,
    };
    this.#entries.set(key, { entry, order: this.#lines, known });
  }

  /** What all lines so far mean. */
  report(): LogReport {
    const all = [...this.#entries.values()];
    const has = (ids: readonly string[], after: number): boolean =>
      all.some(({ known, order }) => ids.includes(known.id) && order > after);
    const entries = all.map(({ entry, order, known }): LogEntry => {
      const isOver = has(known.settledBy ?? [], order);
      return isOver || has(known.followsFrom ?? [], 0) ? { ...entry, severity: 'note', isOver } : entry;
    });
    const told = entries.filter(({ isOver }, index) => !isOver || all[index]?.known.isPassing !== true);
    return { lines: this.#lines, known: this.#known, entries: told };
  }
}

function findLine(text: string): { known: KnownLine; match: RegExpExecArray } | undefined {
  for (const known of KNOWN_LINES) {
    const match = known.pattern.exec(text);
    if (match !== null) return { known, match };
  }
  return undefined;
}

/** What a log says is the matter, as causes. What is over, and what only follows from another line, is none. */
export function causesOf({ entries }: LogReport): Cause[] {
  return entries.flatMap(
    ({ id, severity, meaning, remedy, count, text, firstAt, lastAt, isOver }): Cause[] => {
      if (severity === 'step' || severity === 'note' || isOver) return [];
      const evidence = [text, describeTimes({ count, firstAt, lastAt })];
      return [{ id: `log-${id}`, severity, sentence: meaning, evidence, remedy }];
    },
  );
}

/** How often lines of a log say something, and when: `in 8 lines of the log, 02:48:26 to 02:48:32`. */
export function describeTimes({
  count,
  firstAt,
  lastAt,
}: Pick<LogEntry, 'count' | 'firstAt' | 'lastAt'>): string {
  const [first, last] = [timeOf(firstAt), timeOf(lastAt)];
  const often = count === 1 ? 'in 1 line of the log' : `in ${count} lines of the log`;
  return `${often}${last === '' ? '' : `, ${first === last ? last : `${first} to ${last}`}`}`;
}

/** The time of day in a time, as the log has it; all of it where there is none. */
export function timeOf(at: string): string {
  return /\d\d:\d\d:\d\d/.exec(at)?.[0] ?? at;
}
