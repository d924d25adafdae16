import type { Clock, Timer } from '../clock/clock.ts';
import { LIMITS } from '../limits.ts';

/** Those who want to know of the attempts on one token. */
interface Audience {
  readonly listeners: Set<() => void>;
  /** Runs while the last telling is fresh. */
  pause: Timer | undefined;
  /** Something happened since. */
  isNew: boolean;
}

/**
 * Tells who listens that something is new about a token: at once, and then not again for a while, since whoever has the
 * token can make as much news as it likes, and each telling costs a report and an event for each listener.
 */
export class AttemptListeners {
  readonly #clock: Clock;
  readonly #audiences = new Map<string, Audience>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers how to stop it. */
  add(token: string, listener: () => void): () => void {
    const audience = this.#audiences.get(token) ?? { listeners: new Set(), pause: undefined, isNew: false };
    this.#audiences.set(token, audience);
    audience.listeners.add(listener);
    return () => {
      audience.listeners.delete(listener);
      if (audience.listeners.size > 0 || this.#audiences.get(token) !== audience) return;
      audience.pause?.cancel();
      this.#audiences.delete(token);
    };
  }

  tell(token: string): void {
    const audience = this.#audiences.get(token);
    if (audience === undefined) return;
    if (audience.pause === undefined) this.#tellNow(audience);
    else audience.isNew = true;
  }

  #tellNow(audience: Audience): void {
    audience.isNew = false;
    audience.pause = this.#clock.setTimer(LIMITS.attemptsToldMs, () => {
      audience.pause = undefined;
      if (audience.isNew) this.#tellNow(audience);
    });
    for (const listener of audience.listeners) listener();
  }
}
