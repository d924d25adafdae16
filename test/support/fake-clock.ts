import type { Clock, Timer } from '../../src/clock/clock.ts';

interface Pending {
  readonly dueAt: number;
  readonly fire: () => void;
}

/** A clock that stands until it is moved. */
export class FakeClock implements Clock {
  #now: number;
  readonly #pending = new Set<Pending>();

  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  setTimer(delayMs: number, fire: () => void): Timer {
    const timer = { dueAt: this.#now + Math.max(delayMs, 0), fire };
    this.#pending.add(timer);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  /** Timers that wait for their time. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Moves the time on, and fires each timer on the way at its time, also those that others set. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#pending.delete(next);
      this.#now = Math.max(this.#now, next.dueAt);
      next.fire();
    }
    this.#now = end;
  }

  #next(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#pending) {
      if (timer.dueAt <= end && (first === undefined || timer.dueAt < first.dueAt)) first = timer;
    }
    return first;
  }
}
