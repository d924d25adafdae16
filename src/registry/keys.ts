/**
 * Where things stand below a token. The layout of etcd >= 3.6
 * (etcd-io/etcd:server/etcdserver/api/v3discovery/discovery.go), with Muster's own settings beside the size.
 */

/** The cluster size in decimal, as etcd reads it. */
export const SIZE_KEY = '_config/size';
/** The token's record (see `TokenRecord`), which outlives the token as its tombstone. */
export const RECORD_KEY = '_config/token';
/** The leader election of etcd 0.4 clients. */
export const STATE_KEY = '_state';

const MEMBERS = 'members/';
const NOTES = '_config/notes/';

/** The key of a member's value. */
export function memberKey(memberId: string): string {
  return MEMBERS + memberId;
}

/** The member id of a member's key; undefined for any other key. */
export function parseMemberKey(key: string): string | undefined {
  return key.startsWith(MEMBERS) ? key.slice(MEMBERS.length) : undefined;
}

/** The key of what Muster remembers about the last write of `key`. */
export function noteKey(key: string): string {
  return NOTES + key;
}

/** The key that a note is about; undefined for a key that is no note. */
export function notedKey(key: string): string | undefined {
  return key.startsWith(NOTES) ? key.slice(NOTES.length) : undefined;
}
