import type { KeyValue } from '../../proto/kv_pb.ts';
import { NO_ENTRIES } from '../apply-operations.ts';
import { compareKeys } from '../key-order.ts';
import type { Commit, Entry } from '../store.ts';
import { COMMIT_KEY, type Layout, toEntry } from './layout.ts';

/** What is known of a token. */
export interface TokenState {
  readonly entries: readonly Entry[];
  /** The revision of the newest commit of Muster to the token; 0 where there is none. */
  readonly commitRevision: number;
  /** Every change up to this revision is in it. */
  readonly asOf: number;
}

/** So many tokens are remembered; those unseen for longest are forgotten first. */
const TOKENS_MAX = 20_000;

/** The newest commit to a token, also one that only removed keys; 0 where there is none. */
export function lastRevision({ entries, commitRevision }: TokenState): number {
  return entries.reduce((newest, { modRevision }) => Math.max(newest, modRevision), commitRevision);
}

/**
 * What this replica knows of tokens: what it read, what it committed, and what it was told since. It may be behind
 * etcd by the time that news take, so what is decided on it is checked by the transaction that follows.
 */
export class TokenStates {
  readonly #layout: Layout;
  readonly #states = new Map<string, TokenState>();
  /** The newest commit to each token that this replica was told of. */
  readonly #news = new Map<string, number>();
  /** Of tokens that are not in there, no newer commit was told. */
  #newsFloor = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get(token: string): TokenState | undefined {
    const state = this.#states.get(token);
    if (state === undefined) return undefined;
    this.#states.delete(token);
    this.#states.set(token, state);
    return state;
  }

  /** Takes what etcd answered for the range of a token, and answers the state, with unchanged entries the same array. */
  take(token: string, kvs: readonly KeyValue[], asOf: number): TokenState {
    const known = this.#states.get(token);
    let commitRevision = 0;
    const read: Entry[] = [];
    for (const kv of kvs) {
      const key = this.#layout.parse(kv.key)?.key;
      if (key === COMMIT_KEY) commitRevision = Number(kv.modRevision);
      else if (key !== undefined) read.push(reuse(known, key, kv));
    }
    const isSame =
      known !== undefined &&
      known.entries.length === read.length &&
      read.every((entry, index) => entry === known.entries[index]);
    const entries = isSame ? known.entries : read.length === 0 ? NO_ENTRIES : Object.freeze(read);
    const state = { entries, commitRevision, asOf };
    if (known === undefined || known.asOf <= asOf) this.set(token, state);
    return state;
  }

  /** Remembers a state. One that was long on its way, and is older than what was told meanwhile, is none to remember. */
  set(token: string, state: TokenState): void {
    this.#states.delete(token);
    if (state.asOf < (this.#news.get(token) ?? this.#newsFloor)) return;
    this.#states.set(token, state);
    dropOldest(this.#states);
  }

  /** The newest commit to a token that this replica was told of; 0 where none is remembered. */
  newsOf(token: string): number {
    return this.#news.get(token) ?? 0;
  }

  /** Takes news of a token. */
  apply(token: string, { revision, events }: Commit, commitRevision: number | undefined): void {
    this.#news.delete(token);
    this.#news.set(token, revision);
    this.#newsFloor = Math.max(this.#newsFloor, dropOldest(this.#news) ?? 0);
    const known = this.#states.get(token);
    if (known === undefined) return;
    if (known.asOf >= revision) {
      // No condition of a commit sees what somebody else removed: this replica may have decided without knowing.
      if (commitRevision === undefined && isAnyLeft(known, revision, events)) this.#states.delete(token);
      return;
    }
    const byKey = new Map(known.entries.map((entry) => [entry.key, entry]));
    for (const event of events) {
      if (event.type === 'put') byKey.set(event.entry.key, event.entry);
      else byKey.delete(event.key);
    }
    const entries = [...byKey.values()].sort((a, b) => compareKeys(a.key, b.key));
    this.#states.set(token, {
      entries:
        events.length === 0 ? known.entries : entries.length === 0 ? NO_ENTRIES : Object.freeze(entries),
      commitRevision: commitRevision ?? known.commitRevision,
      asOf: revision,
    });
  }

  forget(token: string): void {
    this.#states.delete(token);
  }

  /** What was told is not whole: nothing is known any more, and nothing older than a revision is to be remembered. */
  clear(revision: number): void {
    this.#states.clear();
    this.#newsFloor = Math.max(this.#newsFloor, revision);
  }
}

/** Whether a key that was removed at a revision is still taken for what it was before. */
function isAnyLeft({ entries }: TokenState, revision: number, events: Commit['events']): boolean {
  return events.some(
    (event) =>
      event.type === 'delete' &&
      entries.some(({ key, createRevision }) => key === event.key && createRevision < revision),
  );
}

/** Keeps a map within its bound. Answers what was dropped, if anything. */
function dropOldest<V>(map: Map<string, V>): V | undefined {
  if (map.size <= TOKENS_MAX) return undefined;
  for (const [key, value] of map) {
    map.delete(key);
    return value;
  }
  return undefined;
}

/** The entry that is known already, where nothing wrote the key since. */
function reuse(known: TokenState | undefined, key: string, kv: KeyValue): Entry {
  const revision = Number(kv.modRevision);
  const same = known?.entries.find((entry) => entry.key === key && entry.modRevision === revision);
  return same ?? toEntry(key, kv);
}
