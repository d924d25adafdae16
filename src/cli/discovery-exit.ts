import type { DiscoveryError, DiscoveryErrorCode } from '../join/discovery-error.ts';
import type { CliContext } from './command.ts';
import { formatProblem } from './terminal.ts';

/** How commands that ask a discovery service end when it gave them nothing. */
const DISCOVERY_EXIT_CODES: Readonly<Record<DiscoveryErrorCode, number>> = {
  full: 3,
  unknown: 4,
  expired: 5,
  duplicate: 6,
  'timed-out': 7,
  unreachable: 8,
  refused: 9,
};

/** Says what a service did not give, and answers the exit code for it. */
export function reportDiscoveryError(error: DiscoveryError, { stderr }: CliContext): number {
  stderr.write(formatProblem(`${error.code}: ${error.message}`, error.remedy));
  return DISCOVERY_EXIT_CODES[error.code];
}
