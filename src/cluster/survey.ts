import { DiscoveryError } from '../join/discovery-error.ts';
import type { Fetch } from '../join/http.ts';
import { askClient, askPeer, isHealthy, type ListAnswer } from './ask-member.ts';
import type { ClusterMember } from './cluster-member.ts';

/**
 * What can be seen of a member: it takes writes, so that its cluster has a leader; it answers on its peer URL; or
 * nobody answers where it should be.
 */
export type MemberState = 'healthy' | 'answers' | 'silent';

/** A member of a cluster, with what can be seen of it from here. */
export interface SurveyedMember extends ClusterMember {
  readonly state: MemberState;
}

/** Where a cluster may be asked. */
export interface ClusterPlaces {
  readonly peerUrls: readonly string[];
  /** Client URLs, or peer URLs: each is tried as both. */
  readonly endpoints: readonly string[];
  /** With the TLS of members among themselves, and that of clients. */
  readonly peerFetch: Fetch;
  readonly clientFetch: Fetch;
}

type Found = Exclude<ListAnswer, { problem: string }>;

/**
 * Asks a running cluster who its members are, and each of them how it is; they come by their names.
 *
 * @throws DiscoveryError `unreachable` where nobody answers, `refused` where two clusters do
 * @throws the reason of the signal
 */
export async function surveyCluster(
  places: ClusterPlaces,
  signal: AbortSignal,
): Promise<readonly SurveyedMember[]> {
  const { peerUrls, endpoints, peerFetch } = places;
  const answers = await Promise.all([
    ...peerUrls.map((url) => askPeer(url, peerFetch, signal)),
    ...endpoints.map((url) => askEither(url, places, signal)),
  ]);
  const { members, clusterId } = agreedOn(answers);
  const byName = [...members].sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  return Promise.all(
    byName.map(async (member) => ({ ...member, state: await stateOf(member, clusterId, places, signal) })),
  );
}

async function askEither(
  url: string,
  { peerFetch, clientFetch }: ClusterPlaces,
  signal: AbortSignal,
): Promise<ListAnswer> {
  const asClient = await askClient(url, clientFetch, signal);
  if ('members' in asClient) return asClient;
  const asPeer = await askPeer(url, peerFetch, signal);
  return 'members' in asPeer ? asPeer : asClient;
}

/** The list that most of those who answer have; one that was cut off has an old one. */
function agreedOn(answers: readonly ListAnswer[]): Found {
  const found = answers.filter((answer): answer is Found => 'members' in answer);
  const clusterIds = new Set(found.flatMap(({ clusterId }) => clusterId ?? []));
  if (clusterIds.size > 1) {
    throw new DiscoveryError(
      'refused',
      `those who answer belong to ${clusterIds.size} clusters: ${[...clusterIds].join(', ')}`,
      {
        remedy: 'Give --endpoints with the client URLs of the cluster that is meant, and no discovery URL.',
      },
    );
  }
  const countOf = (answer: Found): number =>
    found.filter(({ members }) => textOf(members) === textOf(answer.members)).length;
  const [best] = [...found].sort((a, b) => countOf(b) - countOf(a));
  const [clusterId] = clusterIds;
  if (best !== undefined) return { members: best.members, clusterId };
  const problems = [...new Set(answers.flatMap((answer) => ('problem' in answer ? [answer.problem] : [])))];
  if (problems.length === 0) {
    throw new DiscoveryError(
      'unreachable',
      'nobody has registered with this token, so there is no cluster to ask',
      {
        remedy: 'Give the discovery URL of the cluster that is meant, or its client URLs with --endpoints.',
      },
    );
  }
  throw new DiscoveryError('unreachable', `no member of the cluster answers: ${problems.join('; ')}`, {
    remedy:
      'Run this on a machine that reaches the peer URLs, or give the client URLs of living members with --endpoints; their peer URLs where the cluster has users.',
  });
}

function textOf(members: readonly ClusterMember[]): string {
  return members
    .map(({ id, name, peerUrls }) => [id, name, ...peerUrls].join(' '))
    .sort()
    .join('\n');
}

async function stateOf(
  { peerUrls, clientUrls }: ClusterMember,
  clusterId: string | undefined,
  { peerFetch, clientFetch }: ClusterPlaces,
  signal: AbortSignal,
): Promise<MemberState> {
  const [peers, clients] = await Promise.all([
    Promise.all(peerUrls.map((url) => askPeer(url, peerFetch, signal))),
    Promise.all(clientUrls.map((url) => isHealthy(url, clientFetch, signal))),
  ]);
  if (clients.includes(true)) return 'healthy';
  const isThere = peers.some(
    (answer) => 'members' in answer && (clusterId === undefined || answer.clusterId === clusterId),
  );
  return isThere ? 'answers' : 'silent';
}
