import type { Cause } from './cause.ts';
import { areAllGone } from './checks/all-gone.ts';
import { expectedClusterOf } from './checks/same-cluster.ts';
import { type Facts, type MemberProbe, peersByMember, reportOf } from './facts.ts';

/** How it stands with the cluster of a token, in one word; `muster doctor` has an exit code for each. */
export type VerdictState =
  /** The cluster runs, and all its members are there. */
  | 'healthy'
  /** The token has free places, and nothing is wrong with what came. */
  | 'waiting'
  | 'unknown'
  /** The token has ended without a cluster that could be found. */
  | 'over'
  | 'unreachable'
  /** The service answers, and not as a discovery service does. */
  | 'refused'
  /** All places are taken, and nobody of those is to be found. */
  | 'stale'
  /** Something keeps the cluster from forming or working. */
  | 'broken'
  /** The cluster works without some of its members. */
  | 'degraded'
  /** Members are there and answer only to whoever has a certificate. */
  | 'unclear';

/** The verdict. */
export interface Verdict {
  readonly state: VerdictState;
  /** One sentence. */
  readonly sentence: string;
}

/** What to say first: how it stands, by what was found out and why. */
export function judge(facts: Facts, causes: readonly Cause[]): Verdict {
  const report = reportOf(facts);
  if (report === undefined) return judgeUnread(facts);
  const isOver = report.state === 'expired' || report.state === 'revoked';
  const cluster = countMembers(facts);
  if (report.missing > 0) {
    // The members of a token that is over are forgotten, so that nothing is said of them.
    const how = report.state === 'revoked' ? 'was revoked' : 'has expired';
    return isOver
      ? verdict('over', `The token ${how}: nobody can register or find the others by it.`)
      : judgeOpen(report, causes);
  }
  const verdictOfCluster = judgeComplete(facts, cluster, causes);
  return isOver && verdictOfCluster.state === 'stale'
    ? verdict('over', 'The token is over, and none of its members can be found.')
    : verdictOfCluster;
}

function verdict(state: VerdictState, sentence: string): Verdict {
  return { state, sentence };
}

function judgeUnread({ service, token, url }: Facts): Verdict {
  if (token.state === 'unread' || service.failure !== undefined) {
    return verdict(
      'unreachable',
      `The discovery service at ${url.host} cannot be reached from this machine.`,
    );
  }
  switch (token.state) {
    case 'unknown':
      return verdict('unknown', `There is no such token at ${url.host}.`);
    case 'expired':
      return verdict('over', `The token is over: ${token.message}.`);
    default:
      return verdict('refused', `${url.host} does not answer as a discovery service does.`);
  }
}

function judgeOpen(
  { size, missing }: { readonly size: number; readonly missing: number },
  causes: readonly Cause[],
): Verdict {
  const came = `${size - missing} of ${size} members have registered`;
  const found = problemsIn(causes);
  return found === 0
    ? verdict(
        'waiting',
        `${came}; the cluster forms when ${missing === 1 ? 'one more comes' : `${missing} more come`}.`,
      )
    : verdict(
        'broken',
        `${came}, and ${found === 1 ? 'something is' : `${found} things are`} in the way of the cluster.`,
      );
}

/** How many members there are, by what is known of them. */
interface Count {
  readonly size: number;
  /** They answer as members of the cluster of the token. */
  readonly present: number;
  /** They are there, and answer only to whoever has a certificate. */
  readonly unclear: number;
}

function countMembers(facts: Facts): Count {
  const expected = expectedClusterOf(facts);
  const members = [...peersByMember(facts.peers).values()];
  const isPresent = (peers: readonly MemberProbe[]): boolean =>
    peers.some(({ answer }) => answer !== undefined && answer.clusterId === expected);
  const isUnclear = (peers: readonly MemberProbe[]): boolean =>
    !isPresent(peers) && peers.some(({ state }) => state === 'wants-certificate');
  return {
    size: reportOf(facts)?.size ?? 0,
    present: members.filter(isPresent).length,
    unclear: members.filter(isUnclear).length,
  };
}

function judgeComplete(facts: Facts, { size, present, unclear }: Count, causes: readonly Cause[]): Verdict {
  const majority = Math.floor(size / 2) + 1;
  const isLeaderless = facts.health === 'unhealthy';
  if (areAllGone(facts)) {
    return verdict(
      'stale',
      'The token is used up: all its places are taken, and none of its members can be found.',
    );
  }
  if (facts.peers.every(({ member }) => member.name === null)) return judgeOld(facts, size);
  if (present >= majority && !isLeaderless) {
    const isWhole = present === size;
    const found = problemsIn(causes);
    if (isWhole && found === 0)
      return verdict('healthy', `The cluster runs, with all of its ${size} members.`);
    return isWhole
      ? verdict(
          'degraded',
          `The cluster runs, and ${found === 1 ? 'something is' : `${found} things are`} wrong with it.`,
        )
      : verdict('degraded', `The cluster runs, with ${present} of its ${size} members.`);
  }
  if (present + unclear >= majority && !isLeaderless && problemsIn(causes) === 0) {
    return verdict(
      'unclear',
      `${present + unclear} of ${size} members are there, and do not let themselves be asked from here.`,
    );
  }
  if (isLeaderless) {
    return verdict('broken', `The cluster has no leader: ${present} of its ${size} members answer.`);
  }
  if (unclear > 0) {
    return verdict(
      'broken',
      `Something is wrong with the cluster: ${present} of its ${size} members answer as such, ${unclear} want a certificate.`,
    );
  }
  return verdict(
    'broken',
    `The cluster does not run: ${present} of its ${size} members answer, and it takes ${majority}.`,
  );
}

function problemsIn(causes: readonly Cause[]): number {
  return causes.filter(({ severity }) => severity === 'problem').length;
}

/** etcd 0.4 has no list of members for its peers, nor ids. */
function judgeOld({ peers }: Facts, size: number): Verdict {
  const reached = peers.filter(({ state }) => state === 'no-etcd' || state === 'answers');
  return verdict(
    'unclear',
    `${reached.length} of ${size} machines of etcd 0.4 answer, which is all that they tell.`,
  );
}
