import { type Cause, sortCauses } from './cause.ts';
import type { Check } from './check.ts';
import { allGone } from './checks/all-gone.ts';
import { clocks } from './checks/clocks.ts';
import { discoveryProxy } from './checks/discovery-proxy.ts';
import { leader } from './checks/leader.ts';
import { memberIds } from './checks/member-ids.ts';
import { peerAnswer } from './checks/peer-answer.ts';
import { peerCertificate } from './checks/peer-certificate.ts';
import { peerNames } from './checks/peer-names.ts';
import { peerProxy } from './checks/peer-proxy.ts';
import { peerWay } from './checks/peer-way.ts';
import { sameCluster } from './checks/same-cluster.ts';
import { serviceAnswer } from './checks/service-answer.ts';
import { serviceCertificate } from './checks/service-certificate.ts';
import { serviceWay } from './checks/service-way.ts';
import { tokenFindings } from './checks/token.ts';
import { versions } from './checks/versions.ts';
import type { Facts } from './facts.ts';

/** Every check, in the order of what is asked. */
export const CHECKS: readonly Check[] = [
  serviceWay,
  discoveryProxy,
  serviceCertificate,
  serviceAnswer,
  tokenFindings,
  memberIds,
  allGone,
  peerNames,
  peerWay,
  peerAnswer,
  peerCertificate,
  sameCluster,
  leader,
  versions,
  peerProxy,
  clocks,
];

/** How a check ended. */
export interface CheckResult {
  readonly id: string;
  /** What is so where it found nothing, as a sentence. */
  readonly proves: string;
  /** `found`: see the causes. `skipped`: there was nothing to look at. */
  readonly result: 'passed' | 'found' | 'skipped';
}

/** Runs every check, and sorts what they found. */
export function runChecks(facts: Facts): { causes: readonly Cause[]; checks: readonly CheckResult[] } {
  const ran = CHECKS.map((check) => ({ check, found: check.run(facts) }));
  const checks = ran.map(({ check: { id, proves }, found }): CheckResult => {
    const result = found === 'skipped' ? 'skipped' : found.length > 0 ? 'found' : 'passed';
    return { id, proves, result };
  });
  return { causes: sortCauses(ran.flatMap(({ found }) => (found === 'skipped' ? [] : found))), checks };
}
