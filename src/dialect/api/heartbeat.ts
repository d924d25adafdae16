import type { ServerResponse } from 'node:http';
import type { Clock, Timer } from '../../clock/clock.ts';
import { LIMITS } from '../../limits.ts';

/** A line that every reader of Server-Sent Events passes over. */
const COMMENT = ':\n\n';

/**
 * Keeps silent streams alive through proxies that cut what is quiet, and finds out who is gone, with one timer for all of
 * them.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #streams = new Set<ServerResponse>();
  #timer: Timer | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers how to leave a stream alone again. */
  keep(stream: ServerResponse): () => void {
    this.#streams.add(stream);
    this.#timer ??= this.#schedule();
    return () => {
      this.#streams.delete(stream);
      if (this.#streams.size > 0) return;
      this.#timer?.cancel();
      this.#timer = undefined;
    };
  }

  #schedule(): Timer {
    return this.#clock.setTimer(LIMITS.eventsHeartbeatMs, () => {
      for (const stream of this.#streams) {
        // Who does not read what is there needs no more of it; a stream that has been ended may still have to send.
        if (!stream.writableNeedDrain && !stream.writableEnded) stream.write(COMMENT);
      }
      this.#timer = this.#schedule();
    });
  }
}
