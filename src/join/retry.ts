import { DiscoveryError } from './discovery-error.ts';
import { pause } from './pause.ts';

/** No answer, or one that says "later". Whether the service acted on the request is not known. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
  /** How long the service wants to be left alone. */
  readonly retryAfterMs: number;

  constructor(message: string, { retryAfterMs = 0, cause }: { retryAfterMs?: number; cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.retryAfterMs = retryAfterMs;
  }
}

/** How often and how long a service is asked again that does not answer. */
export interface RetryPolicy {
  /** Since its last answer; after that it is unreachable. */
  readonly retryForMs: number;
  readonly onRetry: (reason: string, delayMs: number) => void;
}

/** The first pause before a service is asked again; each one after it is twice as long, up to the longest. */
export const DELAY_FIRST_MS = 200;
export const DELAY_MAX_MS = 5000;

/**
 * Asks until there is an answer.
 *
 * @param attempt throws `Unanswered` where it makes sense to ask again; anything else is passed on
 * @throws DiscoveryError `unreachable` when time is over, be it the policy's or that of the signal
 */
export async function retry<T>(
  { retryForMs, onRetry }: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  const startedAt = performance.now();
  for (let delayMs = DELAY_FIRST_MS; ; delayMs = Math.min(2 * delayMs, DELAY_MAX_MS)) {
    try {
      signal.throwIfAborted();
      return await attempt();
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      const pauseMs = Math.max(error.retryAfterMs, jitter(delayMs));
      if (performance.now() - startedAt + pauseMs > retryForMs) throw unreachableError(error);
      onRetry(error.message, pauseMs);
      if (!(await pause(pauseMs, signal))) throw isTimeout(signal) ? unreachableError(error) : signal.reason;
    }
  }
}

/** Some of a pause by chance, so that machines that lost the service together do not come back together. */
export function jitter(delayMs: number): number {
  return Math.round(delayMs * (0.5 + Math.random() / 2));
}

function unreachableError(error: Unanswered): DiscoveryError {
  return new DiscoveryError('unreachable', error.message, {
    remedy: 'Check the address, and that the service runs and can be reached from this machine.',
    cause: error,
  });
}

/** Whether a signal ended something since its time was over, as that of `AbortSignal.timeout` does. */
export function isTimeout({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
