import { type DiscoveredMember, type RegisteredMember, toDiscoveredMember } from './discovered-member.ts';
import { DiscoveryError } from './discovery-error.ts';
import { followMembers } from './follow.ts';
import { computeMemberId } from './member-id.ts';
import type { RegistryClient } from './registry-client.ts';
import { isTimeout } from './retry.ts';

/** Who joins. */
export interface JoiningMember {
  /** etcd's `--name`: what other members call it. No `=` and no `,`. */
  readonly name: string;
  /** etcd's `--initial-advertise-peer-urls`: where other members reach it, such as `http://10.0.0.1:2380`. */
  readonly peerUrls: readonly string[];
}

/** How far a cluster is. */
export interface JoinProgress {
  /** How many members it will have. */
  readonly size: number;
  /** Those that have come, in the order of their arrival. */
  readonly members: readonly DiscoveredMember[];
}

/** A complete cluster, with what etcd has to be told of it. */
export interface JoinedCluster extends JoinProgress {
  /** The id of the member that joined. */
  readonly memberId: string;
  /** etcd's `--initial-cluster`: `n1=http://10.0.0.1:2380,n2=...`. */
  readonly initialCluster: string;
  /** etcd's `--initial-cluster-token`: the text that all member ids of this cluster are hashed with. */
  readonly clusterToken: string;
}

/**
 * Registers a member and waits until its cluster is complete, in the steps of etcd, whose members may join the same
 * registry: size, list, registration, size, list, watch
 * (etcd-io/etcd@v3.4.23:etcdserver/api/v2discovery/discovery.go, joinCluster).
 *
 * @throws DiscoveryError of any code
 * @throws the reason of the signal, unless that is that its time is over
 * @throws TypeError for a name or peer URLs that cannot be written down
 */
export async function joinRegistry(
  registry: RegistryClient,
  { name, peerUrls }: JoiningMember,
  signal: AbortSignal,
  onProgress: (progress: JoinProgress) => void,
): Promise<JoinedCluster> {
  const value = formatMemberValue(name, peerUrls);
  const memberId = await computeMemberId(peerUrls, registry.salt);
  let seen: readonly DiscoveredMember[] = [];
  let wanted = 0;
  try {
    wanted = await registry.readSize(signal);
    assertHasPlace((await registry.list(signal)).members, wanted, memberId);
    await registry.register(memberId, value, signal);
    const size = await registry.readSize(signal);
    for await (const members of followMembers(registry, signal)) {
      assertHasPlace(members, size, memberId);
      const chosen = members.slice(0, size);
      seen = chosen.map(toDiscoveredMember);
      onProgress({ size, members: seen });
      if (chosen.length === size) return { memberId, ...describeCluster(registry.salt, size, chosen) };
    }
    throw new Error('the members of a registry are followed without end');
  } catch (error) {
    if (!signal.aborted || error !== signal.reason || !isTimeout(signal)) throw error;
    throw new DiscoveryError('timed-out', `${seen.length} of ${wanted} members came in time`, {
      remedy: 'Start the missing ones; this one may then join again, its place is kept.',
      members: seen,
      cause: error,
    });
  }
}

function describeCluster(
  clusterToken: string,
  size: number,
  chosen: readonly RegisteredMember[],
): Omit<JoinedCluster, 'memberId'> {
  const members = chosen.map(toDiscoveredMember);
  const names = new Set(members.map((member) => member.name));
  if (names.size < size) {
    throw new DiscoveryError('duplicate', 'two members of this cluster have one name, so it cannot form', {
      remedy: 'Make a new token, and give every machine a name of its own.',
      members,
    });
  }
  const initialCluster = chosen.map(({ value }) => value).join(',');
  return { size, members, initialCluster, clusterToken };
}

/** The first `size` members have the places; a machine that comes later, or lost the race for the last, has none. */
function assertHasPlace(members: readonly RegisteredMember[], size: number, memberId: string): void {
  const chosen = members.slice(0, size);
  if (chosen.length < size || chosen.some((member) => member.memberId === memberId)) return;
  throw new DiscoveryError('full', `the cluster has its ${size} members already, and this is none of them`, {
    remedy: 'Make a new token for another cluster, or let this machine be a proxy.',
    members: chosen.map(toDiscoveredMember),
  });
}

/** `name=url[,name=url...]`, sorted, as etcd writes it (etcd-io/etcd:client/pkg/types/urlsmap.go, String). */
function formatMemberValue(name: string, peerUrls: readonly string[]): string {
  if (name === '' || /[=,]/.test(name))
    throw new TypeError(`a member's name is not empty, without "=" and ",": "${name}"`);
  if (peerUrls.length === 0) throw new TypeError('a member has at least one peer URL');
  const odd = peerUrls.find((url) => !/^[^,\s]+$/.test(url));
  if (odd !== undefined) throw new TypeError(`"${odd}" is no peer URL, such as http://10.0.0.1:2380`);
  return peerUrls
    .map((url) => `${name}=${url}`)
    .sort()
    .join(',');
}
