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
    const failed = new Set<number>();
    // More may be due by the time that some are gone: a timer that is set behind its time is late.
    for (let due = this.#due(failed); due !== undefined && !this.#isStopped; due = this.#due(failed)) {
      this.#times.delete(due);
      try {
        await expire(due);
      } catch (error) {
        onProblem(error);
        failed.add(due);
        this.#times.add(due);
        // What keeps etcd from answering has nothing to do with the time of day.
        clearTimeout(this.#retry);
        this.#retry = setTimeout(() => this.#onDue(), RETRY_MS).unref();
      }
    }
    const now = clock.now();
    const left = [...this.#times].filter((time) => time > now);
    if (left.length > 0) this.#timer.schedule(Math.min(...left));
  }

  /** The earliest time that is over, but for some. */
  #due(but: ReadonlySet<number>): number | undefined {
    const now = this.#options.clock.now();
    let earliest: number | undefined;
    for (const time of this.#times) {
      if (time <= now && !but.has(time) && (earliest === undefined || time < earliest)) earliest = time;
    }
    return earliest;
  }
}
