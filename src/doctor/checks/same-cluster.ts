import type { Cause } from '../cause.ts';
import type { Check } from '../check.ts';
import { clusterIdOf } from '../cluster-id.ts';
import { type Facts, type MemberProbe, peersIn, reportOf } from '../facts.ts';
import { linesOf, listMembers } from '../wording.ts';

/** The cluster that the members of a token make up; undefined while it is not complete. */
export function expectedClusterOf(facts: Pick<Facts, 'token'>): string | undefined {
  const report = reportOf(facts);
  if (report === undefined || report.missing > 0) return undefined;
  return clusterIdOf(report.members.filter(({ slot }) => slot !== null).map(({ id }) => id));
}

/** Whether the members that answer are in the cluster of the token, and in one. */
export const sameCluster: Check = {
  id: 'same-cluster',
  proves: 'All members that answer are in the one cluster that their token makes up.',
  run: (facts) => {
    const answering = peersIn(facts, 'answers');
    if (answering.length === 0) return 'skipped';
    const expected = expectedClusterOf(facts);
    const strange = answering.filter(({ answer }) => answer?.clusterId !== expected);
    // Alone in a cluster that is its own: it never came to the others.
    const alone = strange.filter(({ answer, url }) => {
      const [only, ...more] = answer?.members ?? [];
      return more.length === 0 && only?.peerUrls.includes(url) === true;
    });
    const others = strange.filter((peer) => !alone.includes(peer));
    return [...findAlone(facts, alone), ...findOthers(others, expected), ...findChanged(facts, expected)];
  },
};

function findAlone(facts: Facts, found: readonly MemberProbe[]): Cause[] {
  if (found.length === 0) return [];
  const hasCluster = peersIn(facts, 'answers').some(
    ({ answer }) => answer?.clusterId === expectedClusterOf(facts),
  );
  const next = hasCluster
    ? 'Stop it, move its data folder away, and put it into the cluster of the others by the lines that "muster replace URL --name NAME" prints.'
    : 'Stop all members, move their data folders away, make a new token, and start every member with it.';
  const isNew = found.some(({ answer }) => isWithoutV2(answer?.version ?? null));
  const reason = isNew
    ? 'etcd 3.7 and newer pay no heed to ETCD_DISCOVERY; they take --discovery-token and --discovery-endpoints'
    : 'started without the discovery URL, or with the data of an earlier cluster';
  return [
    {
      id: 'own-cluster',
      severity: 'problem',
      sentence: `A cluster of its own, without the others, is run by ${listMembers(found)}: ${reason}.`,
      evidence: linesOf(found, clusterLine),
      remedy: next,
    },
  ];
}

function findOthers(found: readonly MemberProbe[], expected: string | undefined): Cause[] {
  if (found.length === 0) return [];
  const sentence =
    expected === undefined
      ? `A cluster runs already on ${listMembers(found)}, while the token still has free places.`
      : `Another cluster than the one of this token is what ${listMembers(found)} answers for.`;
  return [
    {
      id: 'other-cluster',
      severity: 'problem',
      sentence,
      evidence: [
        ...linesOf(found, clusterLine),
        ...(expected === undefined ? [] : [`the members of this token make up the cluster ${expected}`]),
      ],
      remedy:
        'Check that the address is still that of the machine; where it is, its etcd has the data folder of an earlier cluster: move that away, and begin with a new token, or add it with etcdctl member add.',
    },
  ];
}

function clusterLine({ answer }: MemberProbe): string {
  const names = answer?.members.map(({ name, id }) => (name === '' ? id : name)) ?? [];
  return `cluster ${answer?.clusterId} with ${names.join(', ')}`;
}

/** Members that were added and removed since, which is as it should be. */
function findChanged(facts: Facts, expected: string | undefined): Cause[] {
  const report = reportOf(facts);
  const peer = peersIn(facts, 'answers').find(({ answer }) => answer?.clusterId === expected);
  if (report === undefined || expected === undefined || peer?.answer === undefined) return [];
  const ofToken = report.members.filter(({ slot }) => slot !== null).map(({ id }) => id);
  const ofCluster = peer.answer.members.map(({ id }) => id);
  const gone = report.members.filter(({ id, slot }) => slot !== null && !ofCluster.includes(id));
  const added = peer.answer.members.filter(({ id }) => !ofToken.includes(id));
  if (gone.length === 0 && added.length === 0) return [];
  return [
    {
      id: 'changed-members',
      severity: 'note',
      sentence: 'The members of the cluster have changed since it was formed by this token.',
      evidence: [
        ...gone.map(({ name, id }) => `removed: ${name ?? id} (${id})`),
        ...added.map(
          ({ name, id, peerUrls }) => `added: ${name === '' ? id : name} (${id}), ${peerUrls.join(', ')}`,
        ),
      ],
      remedy: 'Leave --discovery out of everything that adds or replaces members of a cluster that runs.',
    },
  ];
}

function isWithoutV2(version: string | null): boolean {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 7);
}
