import { applyOperations, findEntry, tokenChangeOf, tokenCountChange } from '../apply-operations.ts';
import { type Commit, type Entry, HISTORY_ANCHOR_KEY, type Operation, type WatchEvent } from '../store.ts';
import { RowChanges } from './row-changes.ts';
import {
  dueKey,
  entryKey,
  formatDelete,
  formatPut,
  formatState,
  historyKey,
  STATE_KEY,
  type StoreState,
  tokenBounds,
} from './rows.ts';

/** What is durable, for a batch to build on. */
export interface DurableView {
  readonly state: StoreState;
  readEntries(token: string): readonly Entry[];
  /** The row of an entry; undefined where there is none. */
  readRow(token: string, key: string): Uint8Array | undefined;
}

/** One commit of a batch. */
export interface BatchCommit {
  readonly token: string;
  readonly commit: Commit;
  readonly historyKept: boolean;
  /** Whether the token began or ended with it. */
  readonly change: ReturnType<typeof tokenChangeOf>;
}

/** Commits that become durable together: each is decided on what is durable and on those before it. */
export class Batch {
  readonly commits: BatchCommit[] = [];
  readonly #durable: DurableView;
  readonly #entries = new Map<string, readonly Entry[]>();
  readonly #rows = new Map<string, Uint8Array>();
  readonly #changes = new RowChanges();
  #revision: number;
  #keys: number;
  #tokens: number;

  constructor(durable: DurableView) {
    this.#durable = durable;
    this.#revision = durable.state.revision;
    this.#keys = durable.state.keys;
    this.#tokens = durable.state.tokens;
  }

  get state(): StoreState {
    return { revision: this.#revision, keys: this.#keys, tokens: this.#tokens };
  }

  /** How much there is to write so far. */
  get bytes(): number {
    return this.#changes.bytes;
  }

  /** The tokens that are changed, with their keys after the batch. */
  get changed(): ReadonlyMap<string, readonly Entry[]> {
    return this.#entries;
  }

  entriesOf(token: string): readonly Entry[] {
    return this.#entries.get(token) ?? this.#durable.readEntries(token);
  }

  /** Adds a commit; false when its operations change nothing. */
  add(token: string, operations: readonly Operation[], expired: boolean): boolean {
    const before = this.entriesOf(token);
    const { entries, events } = applyOperations(before, operations, this.#revision + 1, expired);
    if (events.length === 0) return false;
    // Everything that can fail comes before anything of the batch is changed.
    const superseded = events.map((event) => this.#readPrevious(token, event));
    const historyKept = findEntry(entries, HISTORY_ANCHOR_KEY) >= 0;
    if (!historyKept && findEntry(before, HISTORY_ANCHOR_KEY) >= 0) {
      const { start, end } = tokenBounds(token);
      this.#changes.removeRange('history', start, end);
    }
    this.#revision++;
    for (const [sequence, event] of events.entries()) {
      this.#write(token, event, sequence, historyKept, superseded[sequence]);
    }
    this.#writeDue(token, before, entries);
    this.#entries.set(token, entries);
    this.#keys += entries.length - before.length;
    const commit: Commit = { revision: this.#revision, events };
    const change = tokenChangeOf(commit);
    this.#tokens += tokenCountChange(change);
    this.commits.push({ token, commit, historyKept, change });
    return true;
  }

  /** The row changes of the whole batch. */
  format(): ArrayBuffer {
    this.#changes.put('meta', STATE_KEY, formatState(this.state));
    return this.#changes.format();
  }

  /**
   * Brings the index by time up to date. Most keys of a token end together with it, and share one row there: a
   * registration then touches no page of that table.
   */
  #writeDue(token: string, before: readonly Entry[], after: readonly Entry[]): void {
    const earlier = endsOf(before);
    const later = endsOf(after);
    for (const end of earlier) if (!later.has(end)) this.#changes.remove('due', dueKey(end, token));
    for (const end of later) if (!earlier.has(end)) this.#changes.put('due', dueKey(end, token));
  }

  #readPrevious(token: string, { previous }: WatchEvent): Uint8Array | undefined {
    if (previous === undefined) return undefined;
    const row = this.#rows.get(`${token}/${previous.key}`) ?? this.#durable.readRow(token, previous.key);
    if (row === undefined) throw new Error('an entry is not in its table');
    return row;
  }

  #write(
    token: string,
    event: WatchEvent,
    sequence: number,
    historyKept: boolean,
    superseded: Uint8Array | undefined,
  ): void {
    const { previous } = event;
    const key = event.type === 'put' ? event.entry.key : event.key;
    if (previous !== undefined && superseded !== undefined && historyKept) {
      this.#changes.put('history', historyKey(token, previous.modRevision, key), superseded);
    }
    const place = { sequence, previousRevision: previous?.modRevision ?? 0 };
    if (event.type === 'delete') {
      this.#changes.remove('entries', entryKey(token, key));
      this.#rows.delete(`${token}/${key}`);
      if (historyKept) {
        const row = formatDelete(event.expired, place);
        this.#changes.put('history', historyKey(token, this.#revision, key), row);
      }
      return;
    }
    const row = formatPut(event.entry, place);
    this.#changes.put('entries', entryKey(token, key), row);
    this.#rows.set(`${token}/${key}`, row);
  }
}

function endsOf(entries: readonly Entry[]): Set<number> {
  const ends = new Set<number>();
  for (const { expiresAt } of entries) if (expiresAt !== undefined) ends.add(expiresAt);
  return ends;
}
