import type { Transaction } from 'lmdb';
import { NO_ENTRIES } from '../apply-operations.ts';
import { compareKeys } from '../key-order.ts';
import type { Entry } from '../store.ts';
import type { Environment } from './environment.ts';
import { dueName, type HistoryRow, historyName, type Overlay, type TokenOverlay } from './overlay.ts';
import {
  type Due,
  dueAfter,
  entryKey,
  historyKey,
  keyOfEntry,
  parseDueKey,
  parseHistoryKey,
  parsePut,
  parseState,
  STATE_KEY,
  type StoreState,
  tokenBounds,
  tokenOfEntry,
} from './rows.ts';

/**
 * The main thread's view of all that is durable: a snapshot of the data file, under what the journal holds beyond it.
 * The snapshot stands still until it is renewed, in the same step that takes away what it holds then; so a reader
 * never sees half of what happened.
 */
export class View {
  readonly #environment: Environment;
  #transaction: Transaction;
  /** The oldest first. */
  #overlays: readonly Overlay[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#transaction = environment.root.useReadTransaction();
  }

  /** Puts an overlay above all others. */
  lay(overlay: Overlay): void {
    this.#overlays = [...this.#overlays, overlay];
  }

  /** Takes an overlay away, since the data file holds what is in it. */
  renewWithout(overlay: Overlay): void {
    this.renew();
    this.#overlays = this.#overlays.filter((other) => other !== overlay);
  }

  renew(): void {
    this.#transaction.done();
    // Without this the next transaction would be the one that was just given back, with its old view.
    this.#environment.root.resetReadTxn();
    this.#transaction = this.#environment.root.useReadTransaction();
  }

  release(): void {
    this.#transaction.done();
  }

  /** What the data file says of itself; undefined where it does not. */
  readFileState(): StoreState | undefined {
    const row = this.#environment.meta.get(STATE_KEY, { transaction: this.#transaction });
    return row && parseState(row);
  }

  readState(): StoreState | undefined {
    return this.#overlays.findLast(({ state }) => state !== undefined)?.state ?? this.readFileState();
  }

  /** The next tokens behind one, or from the first, at most `limit`; some may have no keys any more. */
  readTokens(after: string | undefined, limit: number): string[] {
    const names = new Set<string>();
    let start = after === undefined ? Buffer.alloc(0) : tokenBounds(after).end;
    while (names.size < limit) {
      const rows = this.#environment.entries.getKeys({ start, limit: 1, transaction: this.#transaction });
      const [row] = rows;
      if (row === undefined) break;
      const token = tokenOfEntry(row);
      names.add(token);
      start = tokenBounds(token).end;
    }
    for (const overlay of this.#overlays) {
      for (const token of overlay.tokens) {
        if (after === undefined || compareKeys(`${token}/`, `${after}/`) > 0) names.add(token);
      }
    }
    return [...names].sort((a, b) => compareKeys(`${a}/`, `${b}/`)).slice(0, limit);
  }

  /** The keys of a token. */
  readEntries(token: string): readonly Entry[] {
    const range = { ...tokenBounds(token), transaction: this.#transaction };
    const rows = this.#environment.entries.getRange(range);
    const overlays = this.#overlaysOf(token);
    const entries: Entry[] = [];
    if (overlays.length === 0) {
      for (const { key, value } of rows) entries.push(parsePut(keyOfEntry(token, key), value));
    } else {
      const byKey = new Map<string, Uint8Array | undefined>();
      for (const { key, value } of rows) byKey.set(keyOfEntry(token, key), value);
      for (const overlay of overlays) for (const [key, row] of overlay.entries) byKey.set(key, row);
      for (const [key, row] of byKey) if (row !== undefined) entries.push(parsePut(key, row));
      entries.sort((a, b) => compareKeys(a.key, b.key));
    }
    return entries.length === 0 ? NO_ENTRIES : Object.freeze(entries);
  }

  /** The row of an entry; undefined where there is none. */
  readRow(token: string, key: string): Uint8Array | undefined {
    const overlay = this.#overlaysOf(token).findLast(({ entries }) => entries.has(key));
    if (overlay !== undefined) return overlay.entries.get(key);
    return this.#environment.entries.get(entryKey(token, key), { transaction: this.#transaction });
  }

  /** The rows in the history of a token from a revision on, by ascending revision. */
  *readHistory(token: string, fromRevision: number): Generator<HistoryRow> {
    const { isFileCleared, byName } = this.#historyOverlay(token);
    const laid = [...byName.values()]
      .filter(({ revision }) => revision >= fromRevision)
      .sort((a, b) => a.revision - b.revision);
    let next = 0;
    const start = historyKey(token, Math.max(fromRevision, 0), '');
    const range = { start, end: tokenBounds(token).end, transaction: this.#transaction };
    for (const { key, value } of isFileCleared ? [] : this.#environment.history.getRange(range)) {
      const place = parseHistoryKey(token, key);
      for (let row = laid[next]; row !== undefined && row.revision < place.revision; row = laid[++next]) {
        yield row;
      }
      if (!byName.has(historyName(place.revision, place.key))) yield { ...place, row: value };
    }
    yield* laid.slice(next);
  }

  /** One row of the history; undefined where there is none. */
  readHistoryRow(token: string, revision: number, key: string): Uint8Array | undefined {
    const name = historyName(revision, key);
    for (const overlay of this.#overlaysOf(token).reverse()) {
      const found = overlay.history.get(name);
      if (found !== undefined) return found.row;
      if (overlay.isHistoryCleared) return undefined;
    }
    const transaction = this.#transaction;
    return this.#environment.history.get(historyKey(token, revision, key), { transaction });
  }

  /** The rows of the index by time up to a time, or all, the earliest first, at most `limit`. */
  readDue(until: number | undefined, limit: number): Due[] {
    const found: Due[] = [];
    const range = {
      transaction: this.#transaction,
      ...(until === undefined ? {} : { end: dueAfter(until) }),
    };
    for (const row of this.#environment.due.getKeys(range)) {
      const due = parseDueKey(row);
      const name = dueName(due);
      if (this.#overlays.some((overlay) => overlay.due.has(name))) continue;
      found.push(due);
      if (found.length >= limit) break;
    }
    // With as many rows as are wanted, what comes after them does not matter.
    const last = found.length >= limit ? found.at(-1)?.dueAt : until;
    const end = last ?? Number.POSITIVE_INFINITY;
    for (const [place, { due, earliestDue }] of this.#overlays.entries()) {
      if (earliestDue > end) continue;
      const newer = this.#overlays.slice(place + 1);
      for (const [name, row] of due) {
        if (row.isThere && row.dueAt <= end && !newer.some((overlay) => overlay.due.has(name)))
          found.push(row);
      }
    }
    return found.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit);
  }

  #overlaysOf(token: string): TokenOverlay[] {
    const overlays: TokenOverlay[] = [];
    for (const overlay of this.#overlays) {
      const own = overlay.token(token);
      if (own !== undefined) overlays.push(own);
    }
    return overlays;
  }

  /** What the overlays say of a token's history, and whether that of the file is gone. */
  #historyOverlay(token: string): { isFileCleared: boolean; byName: Map<string, HistoryRow> } {
    let isFileCleared = false;
    let byName = new Map<string, HistoryRow>();
    for (const { history, isHistoryCleared } of this.#overlaysOf(token)) {
      if (isHistoryCleared) {
        isFileCleared = true;
        byName = new Map();
      }
      for (const [name, row] of history) byName.set(name, row);
    }
    return { isFileCleared, byName };
  }
}
