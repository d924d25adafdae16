import type { Clock, Timer } from '../clock/clock.ts';

/** Timers do not follow a clock that is set, so the time is looked at this often. */
const LOOK_MAX_MS = 60_000;

/** Calls a store when the next of its keys is due. */
export class ExpiryTimer {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #timer: Timer | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Calls at `dueAt` (milliseconds since the Unix epoch), unless it will call earlier already. */
  schedule(dueAt: number): void {
    if (this.#stopped || dueAt >= this.#dueAt) return;
    this.#timer?.cancel();
    this.#dueAt = dueAt;
    const delayMs = Math.min(Math.max(dueAt - this.#clock.now(), 0), LOOK_MAX_MS);
    this.#timer = this.#clock.setTimer(delayMs, () => this.#fire());
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #fire(): void {
    const dueAt = this.#dueAt;
    this.#dueAt = Number.POSITIVE_INFINITY;
    if (this.#stopped) return;
    if (this.#clock.now() < dueAt) this.schedule(dueAt);
    else this.#onDue();
  }
}
