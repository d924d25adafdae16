/** A running timer. */
export interface Timer {
  /** Stops the timer; does nothing when it has fired already. */
  cancel(): void;
}

/** Where Muster takes the time from, so that tests decide what time it is. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `fire` once, not before `delayMs` milliseconds have passed. Does not keep the process alive. */
  setTimer(delayMs: number, fire: () => void): Timer;
}

/** The longest delay that the runtime's timers take; longer ones would fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, fire) {
    const timer = setTimeout(fire, Math.min(Math.max(delayMs, 0), TIMER_MAX_MS));
    timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
