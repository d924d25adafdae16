import type { Facts } from './facts.ts';
import type { Finding } from './finding.ts';
import { count, describe, formatSpan, formatTime, listNames } from './wording.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A machine that comes this long after the last slot was taken did not race for it. */
const LATE_MS = HOUR_MS;

/** What is to say about a token that is over: nothing that its members could still change. */
export function findEnd({ content, size, now, lifecycle }: Facts): Finding[] {
  const { createdAt, expiresAt, revokedAt } = content.record;
  const made = `made ${formatTime(createdAt)} for ${count(size, 'member')}`;
  const remedy = `Make a new token with /new?size=${size} and give it to every member that has no cluster yet; members that run need none.`;
  if (lifecycle === 'revoked' && revokedAt !== undefined) {
    const at = formatTime(revokedAt);
    const sentence = `The token was revoked on ${at}, so that no member can register or find the others.`;
    return [
      { id: 'revoked-token', severity: 'warning', sentence, evidence: [made, `revoked ${at}`], remedy },
    ];
  }
  if (lifecycle !== 'expired') return [];
  const at = formatTime(Math.min(expiresAt, now));
  const sentence = `The token expired on ${at}, so that no member can register or find the others.`;
  return [{ id: 'expired-token', severity: 'warning', sentence, evidence: [made, `expired ${at}`], remedy }];
}

/** A cluster that is not complete yet. */
export function findWaiting(facts: Facts): Finding[] {
  const { content, size, now, lifecycle, slots, isOldEtcd } = facts;
  if (lifecycle !== 'open') return [];
  const { createdAt } = content.record;
  const since = slots.reduce((latest, { note }) => Math.max(latest, note?.at ?? createdAt), createdAt);
  const missing = size - slots.length;
  const evidence = [
    slots.length === 0 ? `token made ${formatTime(since)}` : `last registration ${formatTime(since)}`,
    ...slots.map(describe),
  ];
  const flags = isOldEtcd
    ? 'with -discovery set to the URL of this token'
    : 'with --discovery set to the URL of this token, or, over v3, with --discovery-endpoints and --discovery-token';
  return [
    {
      id: 'waiting',
      severity: 'note',
      sentence: `The cluster has waited ${formatSpan(now - since)} for ${missing} more of its ${count(size, 'member')}.`,
      evidence,
      remedy: `Start the machines that are missing ${flags}; where they run already, look for the reason in their logs.`,
    },
  ];
}

/** An open token that is over soon: in the last tenth of its life, and within a day. */
export function findExpiring({ content, size, now, lifecycle, slots }: Facts): Finding[] {
  const { createdAt, expiresAt } = content.record;
  const left = expiresAt - now;
  if (lifecycle !== 'open' || left > Math.min((expiresAt - createdAt) / 10, DAY_MS)) return [];
  const missing = count(size - slots.length, 'member');
  return [
    {
      id: 'expiring-token',
      severity: 'warning',
      sentence: `The token expires in ${formatSpan(left)}, and ${missing} of ${size} have not registered.`,
      evidence: [`made ${formatTime(createdAt)}`, `expires ${formatTime(expiresAt)}`],
      remedy: `Start the missing members before that, or make a new token with /new?size=${size} and start every member with it.`,
    },
  ];
}

/**
 * Members beyond the size. Right behind the last slot they lost a race for it; long after it, somebody took a token
 * that a cluster has used up. Machines of etcd 0.4 join whatever the size is.
 */
export function findLate(facts: Facts): Finding[] {
  const { size, overflow, isOldEtcd } = facts;
  if (isOldEtcd || overflow.length === 0) return [];
  const completedAt = completionOf(facts);
  const isLate = (at: number | undefined): boolean =>
    at !== undefined && completedAt !== undefined && at - completedAt > LATE_MS;
  const late = overflow.filter(({ note }) => isLate(note?.at));
  const close = overflow.filter(({ note }) => !isLate(note?.at));
  const findings: Finding[] = [];
  const complete = completedAt === undefined ? [] : [`complete since ${formatTime(completedAt)}`];
  if (late.length > 0) {
    findings.push({
      id: 'reused-token',
      severity: late.length >= size ? 'problem' : 'warning',
      sentence: `The token was used again long after its cluster was complete: ${listNames(late)} cannot become ${late.length === 1 ? 'a member' : 'members'} by it.`,
      evidence: [
        ...complete,
        ...late.map((member) => `${describe(member)}, ${formatTime(member.note?.at ?? 0)}`),
      ],
      remedy: `For a new cluster, make a new token with /new?size=${size}; to add to the old one, run etcdctl member add there and start the machine with --initial-cluster-state=existing instead of --discovery.`,
    });
  }
  if (close.length > 0) {
    findings.push({
      id: 'overflow-members',
      severity: 'note',
      sentence: `${count(close.length, 'machine')} came after all ${size} slots were taken: ${listNames(close)}.`,
      evidence: [...complete, ...close.map(describe)],
      remedy:
        'Stop the machines that are too many, start them with --discovery-fallback=proxy (etcd 3.5 or older, over v2), or add each with etcdctl member add and --initial-cluster-state=existing.',
    });
  }
  return findings;
}

/** A token whose work was done long ago. */
export function findStale(facts: Facts): Finding[] {
  const { content, size, now, lifecycle, slots } = facts;
  const completedAt = completionOf(facts);
  if (lifecycle !== 'complete' || completedAt === undefined || now - completedAt <= DAY_MS) return [];
  return [
    {
      id: 'stale-token',
      severity: 'note',
      sentence: `The token is used up: its cluster has been complete for ${formatSpan(now - completedAt)}.`,
      evidence: [
        `complete since ${formatTime(completedAt)}`,
        `expires ${formatTime(content.record.expiresAt)}`,
        ...slots.map(describe),
      ],
      remedy: `Make a new token with /new?size=${size} for another cluster, and leave --discovery out of what adds members to this one.`,
    },
  ];
}

/** When the last slot was taken; undefined where that is not known. */
function completionOf({ slots, size }: Facts): number | undefined {
  return slots.length < size ? undefined : slots.at(-1)?.note?.at;
}
