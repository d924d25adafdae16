import { hash } from 'node:crypto';

const ID_BYTES = 8;

/**
 * The id that etcd computes for a cluster: the first 8 bytes, big endian, of SHA-1 over the ids of its first members
 * in ascending order (etcd-io/etcd:server/etcdserver/api/membership/cluster.go, genID). It stays when members come and
 * go. Undefined where an id is none of etcd >= 2.0.
 */
export function clusterIdOf(memberIds: readonly string[]): string | undefined {
  if (memberIds.some((id) => !/^[0-9a-f]{1,16}$/.test(id))) return undefined;
  const ids = memberIds.map((id) => BigInt(`0x${id}`)).sort((a, b) => (a < b ? -1 : 1));
  const bytes = new DataView(new ArrayBuffer(ids.length * ID_BYTES));
  for (const [index, id] of ids.entries()) bytes.setBigUint64(index * ID_BYTES, id);
  const digest = hash('sha1', new Uint8Array(bytes.buffer));
  return digest.slice(0, 2 * ID_BYTES).replace(/^0+(?=.)/, '');
}
