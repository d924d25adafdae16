import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 25;
const ATTEMPT_TIMEOUT_MS = 2_000;

/**
 * Asks again and again, with short pauses, until `attempt` answers something else than undefined. For programs that
 * can only be asked about their state, never subscribed to.
 *
 * @param what what is waited for, for the message of a failure
 * @param attempt one question; may reject, which counts as "not yet"; its signal ends it after 2 s
 * @param signal aborts the waiting with its reason, for instance when the program has ended
 * @throws Error after `timeoutMs`, with the last error of `attempt` as its cause
 */
export async function poll<T>(
  what: string,
  timeoutMs: number,
  attempt: (signal: AbortSignal) => Promise<T | undefined>,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let cause: unknown;
  do {
    signal?.throwIfAborted();
    try {
      const answer = await attempt(AbortSignal.timeout(ATTEMPT_TIMEOUT_MS));
      if (answer !== undefined) return answer;
    } catch (error) {
      cause = error;
    }
    await sleep(PAUSE_MS);
  } while (Date.now() < deadline);
  throw new Error(`${what}: not within ${timeoutMs} ms`, { cause });
}
