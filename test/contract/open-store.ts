import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import {
  type Commit,
  type Committed,
  type Entry,
  HISTORY_ANCHOR_KEY,
  type Operation,
  type Store,
} from '../../src/store/store.ts';
import type { FakeClock } from '../support/fake-clock.ts';

/** A store under test and what the tests may do to it. */
export interface OpenedStore {
  readonly store: Store;
  readonly clock: FakeClock;
  /** Times of expiry are kept to so many milliseconds. */
  readonly stepMs: number;
  /** Commits to several tokens that come at once may have one revision together. */
  readonly sharesRevisions: boolean;
  /** History ends with the size of the token, and what was before it is not kept; otherwise it may go further back. */
  readonly historyEnds: boolean;
  /** For each token that ended, whether it expired. */
  readonly ended: readonly boolean[];
  /** Closes the store and opens it again; absent where nothing outlives the store. */
  readonly reopen?: () => Promise<Store>;
}

/** Opens an empty store that is closed and removed when the test ends. */
export type OpenStore = (context: TestContext) => Promise<OpenedStore>;

export function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

export function text(value: Uint8Array): string {
  return Buffer.from(value).toString();
}

export function put(key: string, value: string, expiresAt?: number): Operation {
  return { type: 'put', key, value: bytes(value), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

export function remove(key: string): Operation {
  return { type: 'delete', key };
}

export const anchor: Operation = put(HISTORY_ANCHOR_KEY, '3');

/** Commits operations without a condition. */
export function commit(
  store: Store,
  token: string,
  ...operations: Operation[]
): Promise<Committed<undefined>> {
  return store.transact(token, () => ({ operations, outcome: undefined }));
}

/** Resolves when everything that the store was asked for before is done, and what follows from it is set up. */
export async function settle(store: Store, token: string): Promise<void> {
  await commit(store, token);
  await new Promise(setImmediate);
}

/** Waits until something is as expected, where it comes by itself: what it is otherwise fails the test. */
export async function eventually<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  for (let rounds = 0; rounds < 500; rounds++) {
    if (isDeepStrictEqual(await ask(), expected)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(await ask(), expected);
}

/** What a watch from `fromRevision` gives without waiting; for stores whose history is at hand. */
export async function held(store: Store, token: string, fromRevision: number): Promise<Commit[]> {
  const commits: Commit[] = [];
  const watch = store.watch(token, fromRevision, new AbortController().signal);
  for (;;) {
    const pending = new Promise<undefined>((resolve) => setImmediate(resolve, undefined));
    const result = await Promise.race([watch.next(), pending]);
    if (result === undefined || result.done) break;
    commits.push(result.value);
  }
  await watch.return?.();
  return commits;
}

export async function entriesOf(store: Store, token: string): Promise<readonly Entry[]> {
  return (await store.range(token)).entries;
}

/** Takes `count` commits from a watch that is ended then. */
export async function take(
  store: Store,
  token: string,
  fromRevision: number,
  count: number,
): Promise<Commit[]> {
  const abort = new AbortController();
  const commits: Commit[] = [];
  if (count === 0) return commits;
  for await (const commit of store.watch(token, fromRevision, abort.signal)) {
    commits.push(commit);
    if (commits.length === count) break;
  }
  abort.abort();
  return commits;
}

const END = 'end-of-replay';

/**
 * Everything that a watch from `fromRevision` replays. A commit of its own marks the end, and takes two
 * revisions; such commits are not in the answer.
 */
export async function replay(store: Store, token: string, fromRevision: number): Promise<Commit[]> {
  const commits: Commit[] = [];
  const watch = store.watch(token, fromRevision, new AbortController().signal);
  const { revision } = await commit(store, token, put(END, ''));
  for await (const commit of watch) {
    if (commit.revision >= revision) break;
    const keys = commit.events.map((event) => (event.type === 'put' ? event.entry.key : event.key));
    if (!keys.includes(END)) commits.push(commit);
  }
  await commit(store, token, remove(END));
  return commits;
}

/** Events in a short form: `+key=value` for a put, `-key=value` for a delete, `~` for an expiry. */
export function words(commits: readonly Commit[]): string[] {
  return commits.map(({ revision, events }) => {
    const parts = events.map((event) =>
      event.type === 'put'
        ? `+${event.entry.key}=${text(event.entry.value)}${event.previous ? `(${text(event.previous.value)})` : ''}`
        : `${event.expired ? '~' : '-'}${event.key}(${text(event.previous.value)})`,
    );
    return `${revision} ${parts.join(' ')}`;
  });
}
