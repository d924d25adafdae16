import type { Commit } from '../store/store.ts';

/**
 * One who is told of the commits to a token, until it is stopped. A class and no generator, since thousands are parked
 * at a time.
 */
export class Following {
  /** Resolves when it was stopped; rejects with what ended it. */
  readonly ended: Promise<void>;
  #isStopped = false;
  #watch: AsyncIterableIterator<Commit> | undefined;

  /** @param run tells of the commits of each watch that it hands to `begin`, until that answers undefined */
  constructor(run: (following: Following) => Promise<void>) {
    this.ended = run(this);
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Takes over a watch, which ends with this. */
  begin(watch: AsyncIterableIterator<Commit>): AsyncIterableIterator<Commit> {
    this.#watch = watch;
    return watch;
  }

  stop(): void {
    this.#isStopped = true;
    this.#watch?.return?.().catch(() => {});
  }
}
