import type { DiscoveryError, DiscoveryErrorCode } from '../join/discovery-error.ts';
import type { CliContext } from './command.ts';
import { formatProblem } from './terminal.ts';
import { printable } from './token-table.ts';

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
  const { code, message, remedy } = error;
  // A service may be any, and a terminal would obey what it says.
  stderr.write(formatProblem(`${code}: ${shown(message)}`, remedy && shown(remedy)));
  return DISCOVERY_EXIT_CODES[error.code];
}

const SHOWN_MAX_CHARS = 1000;

function shown(text: string): string {
  return printable(text.length > SHOWN_MAX_CHARS ? `${text.slice(0, SHOWN_MAX_CHARS)}...` : text);
}
