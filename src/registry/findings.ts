import {
  findBadUrls,
  findClientPorts,
  findLinkLocal,
  findLoopback,
  findUnspecified,
} from './findings/addresses.ts';
import { findShape } from './findings/cluster-shape.ts';
import { type Attempt, type Facts, gatherFacts } from './findings/facts.ts';
import { FINDING_IDS, type Finding, type Severity } from './findings/finding.ts';
import {
  findDuplicateNames,
  findDuplicateUrls,
  findSameMachine,
  findUnreadable,
} from './findings/identity.ts';
import { findMixedDialects, findMixedGenerations, findMixedSalts } from './findings/meeting.ts';
import { findMixedSchemes, findPrivateAndPublic, findPrivateNetworks } from './findings/networks.ts';
import { findChangedSources, findRefused, findTwins } from './findings/requests.ts';
import { findEnd, findExpiring, findLate, findStale, findWaiting } from './findings/token-life.ts';
import { presentable } from './findings/wording.ts';
import type { RegistryContent } from './registry-state.ts';

export type { Attempt } from './findings/facts.ts';
export { FINDING_IDS, type Finding, type FindingId, type Severity } from './findings/finding.ts';

const SEVERITIES: readonly Severity[] = ['problem', 'warning', 'note'];

const CHECKS: readonly ((facts: Facts) => Finding[])[] = [
  findWaiting,
  findExpiring,
  findLate,
  findStale,
  findShape,
  findDuplicateNames,
  findDuplicateUrls,
  findSameMachine,
  findUnreadable,
  findLoopback,
  findUnspecified,
  findLinkLocal,
  findClientPorts,
  findBadUrls,
  findPrivateAndPublic,
  findPrivateNetworks,
  findMixedSchemes,
  findMixedSalts,
  findMixedGenerations,
  findMixedDialects,
  findTwins,
  findRefused,
  findChangedSources,
];

/**
 * What can be said about a token by its keys: what keeps its cluster from forming, what may, and what is worth knowing,
 * the gravest first, then the likeliest. Each id stands once at most. docs/findings.md has a section for each.
 *
 * @param now milliseconds since the Unix epoch
 * @param attempts registrations that are not in the keys, as far as somebody knows them
 */
export function listFindings(
  content: RegistryContent,
  now: number,
  attempts: readonly Attempt[] = [],
): Finding[] {
  const facts = gatherFacts(content, now, attempts);
  const end = findEnd(facts);
  const findings = end.length > 0 ? end : CHECKS.flatMap((check) => check(facts));
  return findings.sort(compareFindings).map(presentable);
}

function compareFindings(a: Finding, b: Finding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    FINDING_IDS.indexOf(a.id) - FINDING_IDS.indexOf(b.id)
  );
}
