import { setMaxListeners } from 'node:events';
import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Commit } from './store.ts';

/** Where a watch takes from what happened before it began. */
export interface WatchHistory {
  /**
   * The durable commits to `token` from `fromRevision` on, in order, at most `maxCommits` of them. Fewer
   * mean that there are no more. A history that is not at hand may leave out what is published meanwhile.
   */
  replay(
    token: string,
    fromRevision: number,
    maxCommits: number,
  ): readonly Commit[] | Promise<readonly Commit[]>;
}

/** The watches of one store. The store publishes each durable commit once, in the order of revisions. */
export class WatchHub {
  readonly #history: WatchHistory;
  readonly #watchers = new Map<string, Set<Watcher>>();
  #count = 0;
  #closed = false;

  constructor(history: WatchHistory) {
    this.#history = history;
  }

  /** Watches that have not ended. */
  get watchers(): number {
    return this.#count;
  }

  /** See `Store.watch`. */
  watch(token: string, fromRevision: number, signal?: AbortSignal): AsyncIterableIterator<Commit> {
    const watcher = new Watcher(this, token, fromRevision, signal);
    if (this.#closed) watcher.fail(closedError());
    if (signal?.aborted) watcher.end();
    if (signal?.aborted || this.#closed) return watcher;
    const watchers = this.#watchers.get(token);
    if (watchers === undefined) this.#watchers.set(token, new Set([watcher]));
    else watchers.add(watcher);
    this.#count++;
    // Nothing can be published between the registration above and the replay: both are one synchronous step.
    watcher.start();
    return watcher;
  }

  /** `historyKept` says whether the token has its history after this commit. */
  publish(token: string, commit: Commit, historyKept: boolean): void {
    const watchers = this.#watchers.get(token);
    if (watchers === undefined) return;
    for (const watcher of watchers) watcher.take(commit, historyKept);
  }

  /** Ends every watch with `store-closed`, after what it holds already was read. */
  close(): void {
    this.#closed = true;
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) watcher.fail(closedError());
    }
  }

  /** For the watches themselves. */
  replay(
    ...[token, fromRevision, maxCommits]: Parameters<WatchHistory['replay']>
  ): ReturnType<WatchHistory['replay']> {
    return this.#history.replay(token, fromRevision, maxCommits);
  }

  /**
   * Ends the watches of a token, or all, with `watch-overrun`: commits were not published that they should have had.
   * Whoever watches again from where it was has them from the history.
   */
  overrun(token?: string): void {
    const some = token === undefined ? [...this.#watchers.values()] : [this.#watchers.get(token) ?? []];
    for (const watchers of some) for (const watcher of [...watchers]) watcher.overrun();
  }

  /** For the watches themselves: forgets one that ended. */
  forget(token: string, watcher: Watcher): void {
    const watchers = this.#watchers.get(token);
    if (!watchers?.delete(watcher)) return;
    this.#count--;
    if (watchers.size === 0) this.#watchers.delete(token);
  }
}

function closedError(): MusterError {
  return new MusterError('store-closed', 'the store is closing', { remedy: 'Ask again in a moment.' });
}

interface Waiter {
  resolve(result: IteratorResult<Commit, undefined>): void;
  reject(error: unknown): void;
}

const DONE: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * One watch. A class with few fields and no generator, since thousands of them are parked at a time; what a
 * parked one does not need (queue, waiters) is not there.
 *
 * A watch is first *behind*: it reads pages of history, and what is published meanwhile it finds there too.
 * From the page on that ends the history it is *live*: what is published goes into its queue.
 */
class Watcher implements AsyncIterableIterator<Commit> {
  readonly #hub: WatchHub;
  readonly #token: string;
  readonly #signal: AbortSignal | undefined;
  #nextRevision: number;
  #live = false;
  #ended = false;
  /** What was published while a page of history was on its way; undefined while none is. */
  #meanwhile: Commit[] | undefined;
  #queue: Commit[] | undefined;
  #waiters: Waiter[] | undefined;
  #failure: unknown;

  constructor(hub: WatchHub, token: string, fromRevision: number, signal: AbortSignal | undefined) {
    this.#hub = hub;
    this.#token = token;
    this.#nextRevision = fromRevision;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Commit, undefined>> {
    if (this.#queue === undefined && !this.#live && !this.#ended) this.#readPage();
    const commit = this.#queue?.shift();
    if (commit !== undefined) {
      if (this.#queue?.length === 0) this.#queue = undefined;
      return Promise.resolve({ done: false, value: commit });
    }
    if (this.#failure !== undefined) {
      const failure = this.#failure;
      // As with a generator: the error is told once, then the iterator is done.
      this.#failure = undefined;
      return Promise.reject(failure);
    }
    if (this.#ended) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#waiters ??= [];
      this.#waiters.push({ resolve, reject });
    });
  }

  return(): Promise<IteratorResult<Commit, undefined>> {
    this.end();
    return Promise.resolve(DONE);
  }

  /** For the signal: it was aborted. */
  handleEvent(): void {
    this.end();
  }

  start(): void {
    if (this.#signal !== undefined) {
      // Many watches may hang on one signal, which Node would take for a leak from the eleventh on.
      setMaxListeners(0, this.#signal);
      this.#signal.addEventListener('abort', this, { once: true });
    }
    this.#readPage();
  }

  take(commit: Commit, historyKept: boolean): void {
    if (commit.revision < this.#nextRevision) return;
    if (this.#meanwhile !== undefined) {
      if (this.#meanwhile.length < LIMITS.watchQueueMaxCommits) this.#meanwhile.push(commit);
      else this.overrun();
      return;
    }
    if (!this.#live) {
      // The history that it still has to read is gone with this commit.
      if (!historyKept) this.overrun();
      return;
    }
    this.#nextRevision = commit.revision + 1;
    const waiter = this.#waiters?.shift();
    if (waiter !== undefined) {
      if (this.#waiters?.length === 0) this.#waiters = undefined;
      waiter.resolve({ done: false, value: commit });
    } else if (this.#queue === undefined) {
      this.#queue = [commit];
    } else if (this.#queue.length < LIMITS.watchQueueMaxCommits) {
      this.#queue.push(commit);
    } else {
      this.overrun();
    }
  }

  /** Ends with an error, which comes after the commits that are held already. */
  fail(error: unknown): void {
    if (this.#ended) return;
    const waiters = this.#waiters;
    const [first] = waiters ?? [];
    if (first === undefined) this.#failure = error;
    this.#leave();
    for (const waiter of waiters ?? []) {
      if (waiter === first) waiter.reject(error);
      else waiter.resolve(DONE);
    }
  }

  /** Ends without an error and lets go of everything at once. */
  end(): void {
    this.#queue = undefined;
    this.#failure = undefined;
    if (this.#ended) return;
    const waiters = this.#waiters;
    this.#leave();
    for (const waiter of waiters ?? []) waiter.resolve(DONE);
  }

  #leave(): void {
    this.#ended = true;
    this.#waiters = undefined;
    this.#signal?.removeEventListener('abort', this);
    this.#hub.forget(this.#token, this);
  }

  /** Ends with `watch-overrun`, and without what it holds, which comes again with the history. */
  overrun(): void {
    this.#queue = undefined;
    this.fail(
      new MusterError('watch-overrun', 'the reader of this watch fell too far behind', {
        remedy: 'Read the keys again and watch from their revision on.',
      }),
    );
  }

  #readPage(): void {
    if (this.#meanwhile !== undefined) return;
    try {
      const page = this.#hub.replay(this.#token, this.#nextRevision, LIMITS.watchQueueMaxCommits);
      if (page instanceof Promise) this.#awaitPage(page);
      else this.#takePage(page);
    } catch (error) {
      this.fail(error);
    }
  }

  #awaitPage(coming: Promise<readonly Commit[]>): void {
    this.#meanwhile = [];
    coming.then(
      (page) => {
        const meanwhile = this.#meanwhile ?? [];
        this.#meanwhile = undefined;
        if (this.#ended) return;
        this.#takePage(page);
        this.#serveWaiters();
        // What came meanwhile stands in the page, or comes behind it; where the page is not the last, in one of the next.
        if (this.#live) for (const commit of meanwhile) this.take(commit, true);
      },
      (error: unknown) => {
        this.#meanwhile = undefined;
        this.fail(error);
      },
    );
  }

  #serveWaiters(): void {
    while (this.#waiters !== undefined && this.#queue !== undefined) {
      const waiter = this.#waiters.shift();
      const commit = this.#queue.shift();
      if (this.#waiters.length === 0) this.#waiters = undefined;
      if (this.#queue.length === 0) this.#queue = undefined;
      if (commit !== undefined) waiter?.resolve({ done: false, value: commit });
    }
    if (this.#waiters !== undefined && !this.#live && !this.#ended) this.#readPage();
  }

  #takePage(page: readonly Commit[]): void {
    this.#live = page.length < LIMITS.watchQueueMaxCommits;
    const last = page.at(-1);
    if (last === undefined) return;
    this.#queue = page.slice();
    this.#nextRevision = last.revision + 1;
  }
}
