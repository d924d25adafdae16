import { type ClusterMember, parsePeerMembers } from '../../cluster/cluster-member.ts';
import type { Answer } from './ask.ts';

/** What etcd says of itself at its peer URL. */
export interface PeerAnswer {
  /** Such as `3.5.16`; null where it does not say. */
  readonly version: string | null;
  /** The version that the cluster has agreed on; null while it has not, and where it is not told. */
  readonly clusterVersion: string | null;
  /** Hex without leading zeros. */
  readonly clusterId: string;
  readonly members: readonly ClusterMember[];
  /** How far its clock is ahead of this one, in milliseconds; null where it does not tell the time. */
  readonly clockAheadMs: number | null;
}

/** The members that an answer to `GET /members` lists, and their cluster; undefined where it is none of etcd. */
export function parseMembers({
  status,
  headers,
  text,
}: Answer): Pick<PeerAnswer, 'clusterId' | 'members'> | undefined {
  const clusterId = headers['x-etcd-cluster-id'];
  if (status !== 200 || typeof clusterId !== 'string' || !/^[0-9a-f]{1,16}$/.test(clusterId))
    return undefined;
  const members = parsePeerMembers(text);
  return members && { clusterId, members };
}

/** The versions in an answer to `GET /version`. */
export function parseVersions({ status, text }: Answer): Pick<PeerAnswer, 'version' | 'clusterVersion'> {
  const document = status === 200 ? parseJson(text) : undefined;
  const { etcdserver, etcdcluster } = (document ?? {}) as Record<string, unknown>;
  const versionOf = (value: unknown): string | null =>
    typeof value === 'string' && /^\d/.test(value) ? value : null;
  return { version: versionOf(etcdserver), clusterVersion: versionOf(etcdcluster) };
}

/**
 * How far the clock behind an answer is ahead of ours. The header has whole seconds, so that half a one is added.
 *
 * @param askedAt, answeredAt milliseconds since the Unix epoch, by our clock
 */
export function clockAheadOf({ headers }: Answer, askedAt: number, answeredAt: number): number | null {
  const { date } = headers;
  const at = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(at) ? null : Math.round(at + 500 - (askedAt + answeredAt) / 2);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
