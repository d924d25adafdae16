import type { Clock } from '../../clock/clock.ts';
import { ExpiryTimer } from '../expiry-timer.ts';
import type { View } from './view.ts';

/**
 * Rows of the index that one round looks at. A round is one batch, and whoever reads meanwhile waits for it: after a day
 * away a hundred thousand tokens are due at once, and larger rounds remove them no sooner.
 */
const ROUND_MAX_ROWS = 64;

/** When to try again what could not be removed, since the disk is full for example. */
const RETRY_MS = 5_000;

interface ExpiryOptions {
  readonly view: View;
  readonly clock: Clock;
  /** Removes the keys of a token whose time is over; answers whether there were any. */
  remove(token: string): Promise<boolean>;
}

/** Removes keys when their time is over, led by the index by time; never looks at the keys that are not due. */
export class Expiry {
  readonly #options: ExpiryOptions;
  readonly #timer: ExpiryTimer;
  #round: Promise<void> | undefined;

  constructor(options: ExpiryOptions) {
    this.#options = options;
    this.#timer = new ExpiryTimer(options.clock, () => {
      this.#round ??= this.#run();
    });
    this.#scheduleNext(0);
  }

  /** A key that expires at `dueAt` was stored. */
  expect(dueAt: number): void {
    this.#timer.schedule(dueAt);
  }

  stop(): void {
    this.#timer.stop();
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    try {
      const removed = await this.#removeDue();
      this.#scheduleNext(removed ? 0 : clock.now() + RETRY_MS);
    } catch {
      // The index could not be read. Whoever asks for a key is told why; here it is tried again.
      this.#timer.schedule(clock.now() + RETRY_MS);
    } finally {
      this.#round = undefined;
    }
  }

  /** Answers whether every token of the round had keys removed. */
  async #removeDue(): Promise<boolean> {
    const { view, clock, remove } = this.#options;
    const tokens = new Set<string>();
    for (const { token } of view.readDue(clock.now(), ROUND_MAX_ROWS)) tokens.add(token);
    const removed = await Promise.all([...tokens].map((token) => remove(token).catch(() => false)));
    return !removed.includes(false);
  }

  #scheduleNext(notBefore: number): void {
    const [next] = this.#options.view.readDue(undefined, 1);
    if (next !== undefined) this.#timer.schedule(Math.max(next.dueAt, notBefore));
  }
}
