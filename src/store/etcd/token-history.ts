import { MusterError } from '../../errors.ts';
import type { Commit, Entry, WatchEvent } from '../store.ts';
import { HISTORY_ANCHOR_KEY } from '../store.ts';
import { readCommits } from './commits.ts';
import { type EtcdClient, unavailable } from './etcd-client.ts';
import { readEvents } from './feed.ts';
import { COMMIT_KEY, type Layout } from './layout.ts';
import type { TokenReader } from './token-reader.ts';
import { lastRevision, type TokenState, type TokenStates } from './token-states.ts';

/** How long a history is waited for. */
const HISTORY_MS = 4500;
/** How long one member may take until another one is asked. */
const ATTEMPT_MS = 2000;
const RETRY_MS = 50;

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
    if (state !== undefined && lastRevision(state) < from && this.#states.newsOf(token) < from) return [];
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

  /** Goes on with another member where one ends the reading, or is too far behind. */
  async #read(token: string, from: number, maxCommits: number): Promise<readonly Commit[]> {
    const deadline = performance.now() + HISTORY_MS;
    for (;;) {
      const { member } = this.#client;
      try {
        return await this.#readOnce(token, from, maxCommits, deadline);
      } catch (error) {
        if (error instanceof MusterError) throw error;
        if (performance.now() + RETRY_MS >= deadline) throw unavailable(error);
        this.#client.failOver(member);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #readOnce(
    token: string,
    from: number,
    maxCommits: number,
    deadline: number,
  ): Promise<readonly Commit[]> {
    const { state, revision } = await this.#reader.read(token);
    const until = Math.max(lastRevision(state), this.#states.newsOf(token));
    if (until < from) return [];
    const left = (): Commit[] => currentCommits(state, from, lastPut).slice(0, maxCommits);
    const isKept = state.entries.some(({ key }) => key === HISTORY_ANCHOR_KEY);
    // From the beginning of a token that is over, there is nothing to tell but what is left.
    if (!isKept && from <= 1) return left();
    const events = await readEvents(
      this.#client,
      this.#layout.keysOf(token),
      {
        from: Math.max(from, 1),
        until,
        maxRevisions: maxCommits,
        counts: ({ kv }) => kv !== undefined && this.#layout.parse(kv.key)?.key !== COMMIT_KEY,
      },
      AbortSignal.timeout(Math.max(1, Math.min(ATTEMPT_MS, deadline - performance.now()))),
    );
    if (events === 'compacted') {
      return isKept ? currentCommits(state, from, firstPut).slice(0, maxCommits) : left();
    }
    const commits = readCommits(events, this.#layout, this.#now)
      .map(({ commit }) => commit)
      .filter((commit) => commit.events.length > 0 && commit.revision >= from)
      .filter((commit) => commit.revision <= Math.max(until, revision));
    if (!isKept && !endsWithin(commits, from)) return left();
    return commits.slice(0, maxCommits);
  }
}

/**
 * Whether commits tell of the end of a token that was there before them: whoever knew it then has to hear of that. A
 * reading and a watch from behind it are two calls, between which a token may end.
 */
function endsWithin(commits: readonly Commit[], from: number): boolean {
  for (const { events } of commits) {
    for (const event of events) {
      const key = event.type === 'put' ? event.entry.key : event.key;
      if (key !== HISTORY_ANCHOR_KEY) continue;
      if (event.type === 'delete') return event.previous.createRevision < from;
      if (event.previous === undefined) return false;
    }
  }
  return false;
}

type Put = Extract<WatchEvent, { type: 'put' }>;

/** The current keys as puts. What was overwritten or removed in between is left out. */
function currentCommits(
  { entries }: TokenState,
  from: number,
  putOf: (entry: Entry, from: number) => Put,
): Commit[] {
  const byRevision = new Map<number, WatchEvent[]>();
  for (const entry of entries) {
    if (entry.modRevision < from) continue;
    const event = putOf(entry, from);
    const { modRevision } = event.entry;
    const events = byRevision.get(modRevision);
    if (events === undefined) byRevision.set(modRevision, [event]);
    else events.push(event);
  }
  return [...byRevision].sort(([a], [b]) => a - b).map(([revision, events]) => ({ revision, events }));
}

/** What is left of a token that is over. */
function lastPut(entry: Entry): Put {
  return { type: 'put', entry };
}

/**
 * A key where it was made, or where it was written last if a reader knows of it from before. What the operator compacted is
 * told like this, and nobody is told that anything was compacted.
 */
function firstPut(entry: Entry, from: number): Put {
  const created = { ...entry, modRevision: entry.createRevision, version: 1 };
  if (entry.createRevision >= from) return { type: 'put', entry: created };
  // What stood there before is not known any more, but that something did.
  return { type: 'put', entry, previous: created };
}
