import { parseRowChanges, type RowChange, splitByToken } from './row-changes.ts';
import { type Due, keyOfEntry, parseDueKey, parseHistoryKey, parseState, type StoreState } from './rows.ts';

/** A row of the history. */
export interface HistoryRow {
  readonly revision: number;
  readonly key: string;
  readonly row: Uint8Array;
}

/** What happened to the rows of one token. */
export interface TokenOverlay {
  /** By key; undefined for a row that was removed. */
  readonly entries: Map<string, Uint8Array | undefined>;
  /** By revision and key. */
  readonly history: Map<string, HistoryRow>;
  /** Whether all of its history from before was removed. */
  isHistoryCleared: boolean;
}

/** What happened to a row of the index by time. */
export interface DueOverlay extends Due {
  readonly isThere: boolean;
}

/** The row changes of one token. */
interface TokenRows {
  /** Those that nobody asked for yet, as they came. */
  unread: Buffer[];
  readonly read: TokenOverlay;
}

/**
 * Row changes that are durable in a journal file and not yet made in the data file, for readers to see them. Most are
 * in the data file before anybody asks for them, so they are taken apart only when somebody does.
 */
export class Overlay {
  readonly #tokens = new Map<string, Buffer[] | TokenRows>();
  readonly #due = new Map<string, DueOverlay>();
  #unreadDue: Buffer[] = [];
  #earliestDue = Number.POSITIVE_INFINITY;
  #state: StoreState | undefined;

  /** The newest; undefined where nothing was changed. */
  get state(): StoreState | undefined {
    return this.#state;
  }

  /** Adds the changes of a batch, and keeps the memory that they are in. */
  add(changes: Buffer): void {
    for (const { token, run } of splitByToken(changes)) {
      if (token === undefined) {
        // Of "meta" a batch changes the state only.
        for (const { value } of parseRowChanges(run)) this.#state = parseState(value);
        continue;
      }
      const rows = this.#tokens.get(token);
      if (rows === undefined) this.#tokens.set(token, [run]);
      else if (Array.isArray(rows)) rows.push(run);
      else rows.unread.push(run);
    }
    this.#unreadDue.push(changes);
  }

  /** The tokens that something happened to, in no order. */
  get tokens(): Iterable<string> {
    return this.#tokens.keys();
  }

  token(token: string): TokenOverlay | undefined {
    let rows = this.#tokens.get(token);
    if (rows === undefined) return undefined;
    if (Array.isArray(rows)) {
      rows = { unread: rows, read: { entries: new Map(), history: new Map(), isHistoryCleared: false } };
      this.#tokens.set(token, rows);
    }
    for (const run of rows.unread) {
      for (const change of parseRowChanges(run)) readChange(rows.read, token, change);
    }
    if (rows.unread.length > 0) rows.unread = [];
    return rows.read;
  }

  /** What happened to the index by time, by `dueName`. */
  get due(): ReadonlyMap<string, DueOverlay> {
    this.#readDue();
    return this.#due;
  }

  /** A time before which nothing was added to the index by time. */
  get earliestDue(): number {
    this.#readDue();
    return this.#earliestDue;
  }

  #readDue(): void {
    for (const changes of this.#unreadDue) {
      for (const { kind, table, key } of parseRowChanges(changes)) {
        if (table !== 'due') continue;
        const due = { ...parseDueKey(key), isThere: kind === 'put' };
        this.#due.set(dueName(due), due);
        if (due.isThere) this.#earliestDue = Math.min(this.#earliestDue, due.dueAt);
      }
    }
    if (this.#unreadDue.length > 0) this.#unreadDue = [];
  }
}

function readChange(overlay: TokenOverlay, token: string, { kind, table, key, value }: RowChange): void {
  if (table === 'entries') {
    overlay.entries.set(keyOfEntry(token, key), kind === 'put' ? value : undefined);
  } else if (table === 'history' && kind === 'put') {
    const place = parseHistoryKey(token, key);
    overlay.history.set(historyName(place.revision, place.key), { ...place, row: value });
  } else if (table === 'history') {
    // The store removes the history of a token as a whole only.
    overlay.history.clear();
    overlay.isHistoryCleared = true;
  }
}

/** A name for a row of the index by time. */
export function dueName({ dueAt, token }: Due): string {
  return `${dueAt}/${token}`;
}

/** A name for a row in the history of a token. */
export function historyName(revision: number, key: string): string {
  return `${revision}/${key}`;
}
