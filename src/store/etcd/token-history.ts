import type { Commit, WatchEvent } from '../store.ts';
import { HISTORY_ANCHOR_KEY } from '../store.ts';
import { readCommits } from './commits.ts';
import type { EtcdClient } from './etcd-client.ts';
import { readEvents } from './feed.ts';
import type { Layout } from './layout.ts';
import type { TokenReader } from './token-reader.ts';
import { lastRevision, type TokenState, type TokenStates } from './token-states.ts';

/** How long a history is waited for. */
const HISTORY_MS = 4500;

/** Where watches of the past have it from. */
export class TokenHistory {
  readonly #client: EtcdClient;
  readonly #layout: Layout;
  readonly #states: TokenStates;
  readonly #reader: TokenReader;
  readonly #now: () => number;
  readonly #reads = new Set<Promise<readonly Commit[]>>();

  constructor(parts: {
    readonly client: EtcdClient;
    readonly layout: Layout;
    readonly states: TokenStates;
    readonly reader: TokenReader;
    readonly now: () => number;
  }) {
    this.#client = parts.client;
    this.#layout = parts.layout;
    this.#states = parts.states;
    this.#reader = parts.reader;
    this.#now = parts.now;
  }

  /** See `WatchHistory.replay`. Nearly every watch begins behind all that happened, which is known without asking. */
  replay(token: string, from: number, maxCommits: number): readonly Commit[] | Promise<readonly Commit[]> {
    const state = this.#states.get(token);
    if (state !== undefined && lastRevision(state) < from) return [];
    const read = this.#read(token, from, maxCommits);
    this.#reads.add(read);
    const end = (): void => void this.#reads.delete(read);
    read.then(end, end);
    return read;
  }

  /** Resolves when nothing is being read any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#reads);
  }

  async #read(token: string, from: number, maxCommits: number): Promise<readonly Commit[]> {
    const { state, revision } = await this.#reader.read(token);
    const until = lastRevision(state);
    if (until < from) return [];
    const isKept = state.entries.some(({ key }) => key === HISTORY_ANCHOR_KEY);
    if (!isKept) return currentCommits(state, from).slice(0, maxCommits);
    const events = await readEvents(
      this.#client,
      this.#layout.keysOf(token),
      { from: Math.max(from, 1), until, maxRevisions: maxCommits },
      AbortSignal.timeout(HISTORY_MS),
    );
    if (events === 'compacted') return currentCommits(state, from).slice(0, maxCommits);
    return readCommits(events, this.#layout, this.#now)
      .map(({ commit }) => commit)
      .filter((commit) => commit.events.length > 0 && commit.revision <= Math.max(until, revision))
      .slice(0, maxCommits);
  }
}

/**
 * The puts of the current keys. What the operator compacted is told like this: what was overwritten or removed in
 * between is left out, and nobody is told that anything was compacted.
 */
function currentCommits({ entries }: TokenState, from: number): Commit[] {
  const byRevision = new Map<number, WatchEvent[]>();
  for (const entry of entries) {
    if (entry.modRevision < from) continue;
    const events = byRevision.get(entry.modRevision);
    if (events === undefined) byRevision.set(entry.modRevision, [{ type: 'put', entry }]);
    else events.push({ type: 'put', entry });
  }
  return [...byRevision].sort(([a], [b]) => a - b).map(([revision, events]) => ({ revision, events }));
}
