import { hash } from 'node:crypto';

/**
 * The id that etcd computes for a member: the first 8 bytes, big endian, of SHA-1 over the sorted peer URLs and
 * the salt, as hex without leading zeros (etcd-io/etcd:server/etcdserver/api/membership/member.go, computeMemberId).
 *
 * @param salt in v2 the discovery URL byte for byte, in v3 the value of `--discovery-token`.
 */
export function memberId(peerUrls: readonly string[], salt: string): string {
  // One call for all of it: a registration may have to try several salts.
  const digest = hash('sha1', [...peerUrls].sort().join('') + salt);
  return digest.slice(0, ID_DIGITS_MAX).replace(/^0+(?=.)/, '');
}

const ID_DIGITS_MAX = 16;

/** The first of the given salts that leads from the peer URLs to the id; undefined when none does. */
export function findSalt(
  id: string,
  peerUrls: readonly string[],
  candidates: Iterable<string>,
): string | undefined {
  for (const salt of candidates) {
    if (memberId(peerUrls, salt) === id) return salt;
  }
  return undefined;
}
