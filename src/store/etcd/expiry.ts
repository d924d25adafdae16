import type { Clock } from '../../clock/clock.ts';
import { ExpiryTimer } from '../expiry-timer.ts';

/** What removes keys at their time. */
export interface ExpiryOptions {
  readonly clock: Clock;
  /** Removes what is due at a time; rejects where that is to be tried again. */
  readonly expire: (time: number) => Promise<void>;
  readonly onProblem: (error: unknown) => void;
}

const RETRY_MS = 2000;

/** The times at which keys expire, as far as this replica knows them, and what happens then. */
export class Expiry {
  readonly #options: ExpiryOptions;
  readonly #times = new Set<number>();
  readonly #timer: ExpiryTimer;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;
  #retry: NodeJS.Timeout | undefined;

  constructor(options: ExpiryOptions) {
    this.#options = options;
    this.#timer = new ExpiryTimer(options.clock, () => this.#onDue());
  }

  /** Notes that some key expires at a time, in milliseconds since the Unix epoch. */
  note(time: number): void {
    if (this.#times.has(time)) return;
    this.#times.add(time);
    this.#timer.schedule(time);
  }

  /** Resolves when what is being removed is gone. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer.stop();
    clearTimeout(this.#retry);
    await this.#running;
  }

  #onDue(): void {
    this.#running = this.#running.then(() => this.#expire());
  }

  async #expire(): Promise<void> {
    const { clock, expire, onProblem } = this.#options;
    const now = clock.now();
    const due = [...this.#times].filter((time) => time <= now).sort((a, b) => a - b);
    for (const time of due) {
      if (this.#isStopped) return;
      this.#times.delete(time);
      try {
        await expire(time);
      } catch (error) {
        onProblem(error);
        this.#times.add(time);
        // What keeps etcd from answering has nothing to do with the time of day.
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#onDue(), RETRY_MS).unref();
      }
    }
    const left = [...this.#times].filter((time) => time > now);
    if (left.length > 0) this.#timer.schedule(Math.min(...left));
  }
}
