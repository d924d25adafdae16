/**
 * The id that etcd computes for a member, as `memberId` of the registry does, with what browsers have too
 * (`crypto.subtle`, which they offer to pages from https and from localhost).
 *
 * @param salt in v2 the discovery URL byte for byte, in v3 the token
 */
export async function computeMemberId(peerUrls: readonly string[], salt: string): Promise<string> {
  const text = new TextEncoder().encode([...peerUrls].sort().join('') + salt);
  const digest = new DataView(await crypto.subtle.digest('SHA-1', text));
  return digest.getBigUint64(0).toString(16);
}
