import { LIMITS } from '../../limits.ts';

/**
 * How long refused watches of a connection wait for their answer: the first one not at all, so that a person with
 * etcdctl is told at once; each further one twice as long as the one before.
 */
export class RefusalPace {
  readonly #refusals = new WeakMap<object, number>();

  /** Counts a refusal. Answers how long it is to be held back, in milliseconds. */
  take(connection: object): number {
    const before = this.#refusals.get(connection) ?? 0;
    this.#refusals.set(connection, before + 1);
    if (before === 0) return 0;
    return Math.min(FIRST_DELAY_MS * 2 ** Math.min(before - 1, 16), LIMITS.watchRefusalDelayMaxMs);
  }
}

const FIRST_DELAY_MS = 1000;
