import { constants } from 'node:os';
import type { CliContext, EndSignal } from './command.ts';

const END_SIGNALS: readonly EndSignal[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];

/** The exit code of a program that a signal ended, as shells count it. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Listens for every signal that asks the command to end. Answers how to stop listening. */
export function onEndSignal({ process }: CliContext, listener: (signal: EndSignal) => void): () => void {
  const listeners = END_SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, listen] of listeners) process.on(signal, listen);
  return () => {
    for (const [signal, listen] of listeners) process.off(signal, listen);
  };
}

/** Aborts with the exit code of the first signal. */
export function listenForSignals(context: CliContext): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const release = onEndSignal(context, (signal) => controller.abort(exitCodeOf(signal)));
  return { signal: controller.signal, release };
}
