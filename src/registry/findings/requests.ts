import { type Attempt, advertiseFlag, type Facts, nameFlag } from './facts.ts';
import type { Finding } from './finding.ts';
import { describe, listTexts, nameOf, nameOfId, sourceOf } from './wording.ts';

/** A second machine with the identity of a member, or a member that came back as another. */
export function findTwins(facts: Facts): Finding[] {
  const found = facts.attempts.filter(({ refusal }) => refusal?.code === 'duplicate-member');
  if (found.length === 0) return [];
  const isElsewhere = ({ memberId, from }: Attempt): boolean => {
    const member = facts.content.membersById.get(memberId);
    return member === undefined || sourceOf(member) !== from;
  };
  return [
    {
      id: 'twin-member',
      // From the same address it may be the member itself, faster back than its old connection is known to be gone.
      severity: found.some(isElsewhere) ? 'problem' : 'warning',
      sentence: `More than one machine has registered as ${namesOf(facts, found)}.`,
      evidence: evidenceOf(facts, found),
      remedy: `Give every machine its own ${nameFlag(facts)} and ${advertiseFlag(facts)}, and stop the one that copied those of another, such as a clone of its disk.`,
    },
  ];
}

/** Machines that did not get in, apart from twins. */
export function findRefused(facts: Facts): Finding[] {
  const found = facts.attempts.filter(
    ({ refusal }) => refusal !== undefined && refusal.code !== 'duplicate-member',
  );
  if (found.length === 0) return [];
  return [
    {
      id: 'refused-registration',
      severity: 'warning',
      sentence: `Registrations were refused, of ${namesOf(facts, found)}.`,
      evidence: evidenceOf(facts, found),
      remedy:
        'Do on each of these machines what its refusal says, which stands in the log of its etcd too, and start it again.',
    },
  ];
}

/** Members that came back from another address than they registered from. */
export function findChangedSources(facts: Facts): Finding[] {
  const found = facts.attempts.filter(({ memberId, from, refusal }) => {
    const member = facts.content.membersById.get(memberId);
    const first = member === undefined ? '' : sourceOf(member);
    return refusal === undefined && first !== '' && from !== '' && from !== 'unknown' && from !== first;
  });
  if (found.length === 0) return [];
  return [
    {
      id: 'changed-source',
      severity: 'note',
      sentence: `The requests of ${namesOf(facts, found)} come from changing addresses.`,
      evidence: evidenceOf(facts, found),
      remedy: `Check that ${advertiseFlag(facts)} is still an address of the machine; behind several gateways or proxies there is nothing to do.`,
    },
  ];
}

function namesOf({ content }: Facts, attempts: readonly Attempt[]): string {
  const names = attempts.map(({ memberId }) => {
    const member = content.membersById.get(memberId);
    return member === undefined ? nameOfId(memberId) : nameOf(member);
  });
  return listTexts([...new Set(names)]);
}

function evidenceOf({ content }: Facts, attempts: readonly Attempt[]): string[] {
  const lines = attempts.map(({ memberId, from, refusal }) => {
    const member = content.membersById.get(memberId);
    const who = member === undefined ? nameOfId(memberId) : describe(member);
    return `${who}: ${member === undefined ? '' : 'again '}from ${from}${refusal === undefined ? '' : `, refused: ${refusal.message}`}`;
  });
  return [...new Set(lines)];
}
