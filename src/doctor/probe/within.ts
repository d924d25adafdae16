/**
 * Runs something that must not take longer than a time, or than another signal lets it. Its signal aborts with a
 * `TimeoutError` when the time is over. Node forgets a timeout that only `AbortSignal.any` refers to, now and then
 * (nodejs/node#57736).
 */
export async function within<T>(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const controller = new AbortController();
  const isOver = (): void => controller.abort(new DOMException('the time is over', 'TimeoutError'));
  const timer = setTimeout(isOver, timeoutMs);
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** Whether a signal of `within` aborted since its time is over. */
export function isOver({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}
