/** Waits; answers false where the signal ended it. */
export function pause(delayMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isOver: boolean) => (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(isOver);
    };
    const onAbort = end(false);
    const timer = setTimeout(end(true), delayMs);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
}
