/** A member of a running etcd cluster, as another member lists it. */
export interface ClusterMember {
  /** Hex without leading zeros, as etcdctl prints and takes it. */
  readonly id: string;
  /** Empty for one that was added and has not started yet. */
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly clientUrls: readonly string[];
  readonly isLearner: boolean;
}

/** An entry of the two lists that etcd gives: on peer URLs ids are numbers, in its gateway's answer decimal texts. */
interface WireMember {
  readonly id?: unknown;
  readonly ID?: unknown;
  readonly name?: unknown;
  readonly peerURLs?: unknown;
  readonly clientURLs?: unknown;
  readonly isLearner?: unknown;
}

/**
 * Reads what a member answers on its peer URL at `/members`
 * (etcd-io/etcd:server/etcdserver/api/etcdhttp/peer.go, peerMembersHandler).
 *
 * @returns undefined where the text is no such list
 */
export function parsePeerMembers(text: string): readonly ClusterMember[] | undefined {
  // Ids are 64 bits wide, and a number of JavaScript is not.
  return parseMembers(text.replaceAll(/"id":(\d+)/g, '"id":"$1"'), (document) => document);
}

/** Reads the answer of `Cluster.MemberList` over JSON. @returns undefined where the text is no such answer */
export function parseMemberList(text: string): readonly ClusterMember[] | undefined {
  return parseMembers(text, (document) => (document as { members?: unknown } | null)?.members);
}

function parseMembers(
  text: string,
  listOf: (document: unknown) => unknown,
): readonly ClusterMember[] | undefined {
  try {
    const list = listOf(JSON.parse(text));
    if (!Array.isArray(list) || list.length === 0) return undefined;
    const members = list.map(toMember);
    return members.every((member) => member !== undefined) ? members : undefined;
  } catch {
    return undefined;
  }
}

function toMember(entry: WireMember | null): ClusterMember | undefined {
  const id = entry?.id ?? entry?.ID;
  const peerUrls = listOf(entry?.peerURLs);
  // A list without one of its peer URLs would be another cluster.
  if (typeof id !== 'string' || !/^\d{1,20}$/.test(id) || !peerUrls.every(isOrigin)) return undefined;
  return {
    id: BigInt(id).toString(16),
    name: typeof entry?.name === 'string' ? entry.name : '',
    peerUrls,
    clientUrls: listOf(entry?.clientURLs).filter(isOrigin),
    isLearner: entry?.isLearner === true,
  };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whoever answers may say anything, and it gets into command lines: a host with its port, and nothing more. */
function isOrigin(url: unknown): url is string {
  return (
    typeof url === 'string' && /^https?:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$/.test(url)
  );
}
