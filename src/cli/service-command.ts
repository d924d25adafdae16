import { isDiscoveryError } from '../join/discovery-error.ts';
import { usageError } from './arguments.ts';
import type { CliContext } from './command.ts';
import { reportDiscoveryError } from './discovery-exit.ts';
import { listenForSignals } from './end-signals.ts';

export { SERVICE_EXIT_CODES } from './service-flags.ts';

/** Runs what asks a service until it is done, or a signal ends it. Answers the exit code. */
export async function askService(
  command: string,
  context: CliContext,
  ask: (signal: AbortSignal) => Promise<number>,
): Promise<number> {
  const interrupt = listenForSignals(context);
  try {
    return await ask(interrupt.signal);
  } catch (error) {
    if (interrupt.signal.aborted && error === interrupt.signal.reason) return Number(interrupt.signal.reason);
    if (isDiscoveryError(error)) return reportDiscoveryError(error, context);
    throw error instanceof TypeError ? usageError(command, error.message) : error;
  } finally {
    interrupt.release();
  }
}
