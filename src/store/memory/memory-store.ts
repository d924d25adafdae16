import { randomBytes } from 'node:crypto';
import type { Clock } from '../../clock/clock.ts';
import { MusterError } from '../../errors.ts';
import {
  applyOperations,
  assertOperations,
  assertToken,
  expireOperations,
  findEntry,
  NO_ENTRIES,
  tokenChangeOf,
  tokenCountChange,
} from '../apply-operations.ts';
import { ExpiryTimer } from '../expiry-timer.ts';
import { compareKeys } from '../key-order.ts';
import {
  type Commit,
  type Committed,
  type Decision,
  type Entry,
  HISTORY_ANCHOR_KEY,
  type Operation,
  type Store,
  type StoreObserver,
  type StoreStats,
  type TokenEntries,
  type TokenRange,
  type WatchEvent,
} from '../store.ts';
import { undoCommits } from '../undo-commits.ts';
import { WatchHub } from '../watch-hub.ts';
import { ExpiryQueue } from './expiry-queue.ts';

/** What the memory store is made with. */
export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly observer?: StoreObserver;
}

/**
 * A store that is gone with its process: for trying Muster out, for tests, and as the model that the other
 * stores are compared with. What it accepted counts as durable at once.
 */
export function createMemoryStore(options: MemoryStoreOptions): Store {
  return new MemoryStore(options);
}

interface TokenState {
  readonly entries: readonly Entry[];
  /** Every commit while the history is kept; else the put of each current key, without what was before. */
  readonly history: Commit[];
  readonly historyBytes: number;
}

const NO_TOKEN: TokenState = { entries: NO_ENTRIES, history: [], historyBytes: 0 };

class MemoryStore implements Store {
  readonly clusterId: string = randomBytes(8).toString('hex');
  readonly #clock: Clock;
  readonly #observer: StoreObserver | undefined;
  readonly #tokens = new Map<string, TokenState>();
  readonly #hub = new WatchHub({ replay: (token, from, max) => this.#replay(token, from, max) });
  readonly #due = new ExpiryQueue();
  readonly #timer: ExpiryTimer;
  #revision = 1;
  #keys = 0;
  #liveTokens = 0;
  #sizeBytes = 0;
  #closed = false;

  constructor({ clock, observer }: MemoryStoreOptions) {
    this.#clock = clock;
    this.#observer = observer;
    this.#timer = new ExpiryTimer(clock, () => this.#expire());
  }

  get revision(): number {
    return this.#revision;
  }

  range(token: string): TokenRange {
    this.#assertOpen();
    return { revision: this.#revision, entries: this.#tokens.get(token)?.entries ?? NO_ENTRIES };
  }

  rangeAt(token: string, revision: number): TokenRange {
    const { history } = this.#tokens.get(token) ?? NO_TOKEN;
    return undoCommits(
      this.range(token),
      history.filter((commit) => commit.revision > revision),
    );
  }

  async transact<T>(token: string, decide: (range: TokenRange) => Decision<T>): Promise<Committed<T>> {
    assertToken(token);
    const { operations, outcome } = decide(this.range(token));
    assertOperations(token, operations);
    this.#commit(token, operations, false);
    return { outcome, revision: this.#revision };
  }

  async assertWritable(): Promise<void> {
    this.#assertOpen();
  }

  watch(token: string, fromRevision: number, signal?: AbortSignal): AsyncIterableIterator<Commit> {
    return this.#hub.watch(token, fromRevision, signal);
  }

  async *tokens(): AsyncGenerator<TokenEntries> {
    this.#assertOpen();
    const names = [...this.#tokens.keys()].sort((a, b) => compareKeys(`${a}/`, `${b}/`));
    for (const token of names) {
      const { entries } = this.range(token);
      if (entries.length > 0) yield { token, entries };
    }
  }

  stats(): StoreStats {
    this.#assertOpen();
    return {
      kind: 'memory',
      revision: this.#revision,
      keys: this.#keys,
      tokens: this.#liveTokens,
      watchers: this.#hub.watchers,
      sizeBytes: this.#sizeBytes,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer.stop();
    this.#hub.close();
    this.#tokens.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #assertOpen(): void {
    if (this.#closed) throw new MusterError('store-closed', 'the store is closed');
  }

  #commit(token: string, operations: readonly Operation[], expired: boolean): void {
    const state = this.#tokens.get(token) ?? NO_TOKEN;
    const { entries, events } = applyOperations(state.entries, operations, this.#revision + 1, expired);
    if (events.length === 0) return;
    this.#revision++;
    const commit: Commit = { revision: this.#revision, events };
    const historyKept = findEntry(entries, HISTORY_ANCHOR_KEY) >= 0;
    let { history, historyBytes } = state;
    if (historyKept) {
      history = state === NO_TOKEN ? [] : history;
      history.push(commit);
      historyBytes += eventBytes(events);
    } else {
      history = currentHistory([...history, commit], entries);
      historyBytes = history.reduce((sum, { events }) => sum + eventBytes(events), 0);
    }
    if (entries.length === 0 && history.length === 0) this.#tokens.delete(token);
    else this.#tokens.set(token, { entries, history, historyBytes });
    this.#keys += entries.length - state.entries.length;
    this.#sizeBytes += historyBytes - state.historyBytes;
    for (const event of events) {
      if (event.type !== 'put' || event.entry.expiresAt === undefined) continue;
      this.#due.push({ dueAt: event.entry.expiresAt, token, key: event.entry.key });
      this.#timer.schedule(event.entry.expiresAt);
    }
    this.#hub.publish(token, commit, historyKept);
    const change = tokenChangeOf(commit);
    this.#liveTokens += tokenCountChange(change);
    if (change === 'ended' || change === 'expired') this.#observer?.tokenEnded?.(change === 'expired');
    this.#observer?.batchFlushed?.(1, 0);
  }

  #replay(token: string, fromRevision: number, maxCommits: number): Commit[] {
    const history = this.#tokens.get(token)?.history ?? [];
    let start = history.length;
    while (start > 0 && (history[start - 1] as Commit).revision >= fromRevision) start--;
    return history.slice(start, start + maxCommits);
  }

  #expire(): void {
    const now = this.#clock.now();
    for (let due = this.#due.peek(); due !== undefined && due.dueAt <= now; due = this.#due.peek()) {
      this.#due.pop();
      const { token } = due;
      // The key may have been written anew since, with another time or none: its entry decides.
      this.#commit(token, expireOperations(this.#tokens.get(token)?.entries ?? NO_ENTRIES, now), true);
    }
    const next = this.#due.peek();
    if (next !== undefined) this.#timer.schedule(next.dueAt);
  }
}

function eventBytes(events: readonly WatchEvent[]): number {
  let sum = 0;
  for (const event of events) {
    sum += event.type === 'put' ? event.entry.key.length + event.entry.value.length : event.key.length;
  }
  return sum;
}

/** The puts of the current keys, which is what a token without kept history replays. */
function currentHistory(history: readonly Commit[], entries: readonly Entry[]): Commit[] {
  const current = new Set(entries);
  const commits: Commit[] = [];
  for (const { revision, events } of history) {
    const kept: WatchEvent[] = [];
    for (const event of events) {
      if (event.type === 'put' && current.has(event.entry)) kept.push({ type: 'put', entry: event.entry });
    }
    if (kept.length > 0) commits.push({ revision, events: kept });
  }
  return commits;
}
