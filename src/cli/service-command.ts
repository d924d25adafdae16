import { isDiscoveryError } from '../join/discovery-error.ts';
import { usageError } from './arguments.ts';
import type { CliContext } from './command.ts';
import { reportDiscoveryError } from './discovery-exit.ts';
import { listenForSignals } from './end-signals.ts';
import type { ExitCode } from './manual.ts';

/** How commands that ask a running Muster end, beside those codes that all commands have. */
export const SERVICE_EXIT_CODES: readonly ExitCode[] = [
  ['4', 'unknown: there is no such token at this address'],
  ['5', 'expired: the life of the token is over, or it was revoked'],
  ['8', 'unreachable: nobody answers at this address'],
  ['9', 'refused: the message says why, and what to do'],
];

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
