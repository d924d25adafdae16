import type { VerdictState } from '../doctor/verdict.ts';
import type { ExitCode } from './manual.ts';

/** How `muster doctor` ends. Codes that other commands have too mean the same there. */
export const DOCTOR_EXIT_CODES: Readonly<Record<VerdictState, number>> = {
  healthy: 0,
  waiting: 3,
  unknown: 4,
  over: 5,
  unreachable: 8,
  refused: 9,
  stale: 10,
  broken: 11,
  degraded: 12,
  unclear: 13,
};

/** The same for people. */
export const DOCTOR_EXIT_LINES: readonly ExitCode[] = [
  ['0', 'healthy: the cluster runs with all its members; of a log alone: it tells of no problem'],
  ['3', 'waiting: places are free, and nothing is wrong with what came'],
  ['4', 'unknown: there is no such token at this address'],
  ['5', 'over: the token has expired or was revoked, and its cluster is not there'],
  ['8', 'unreachable: the service cannot be reached from this machine'],
  ['9', 'refused: what answers is no discovery service, or does not tell'],
  ['10', 'stale: all places are taken, and none of those members can be found'],
  ['11', 'broken: a problem was found, and the cluster does not form or run'],
  ['12', 'degraded: the cluster runs without some of its members, or with a problem'],
  ['13', 'unclear: members are there and want a certificate; see --cert'],
];
