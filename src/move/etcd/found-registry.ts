import { isMusterError } from '../../errors.ts';
import { LIMITS } from '../../limits.ts';
import { parseClusterSize } from '../../registry/cluster-size.ts';
import { creationOperations } from '../../registry/create.ts';
import { memberKey, noteKey, STATE_KEY } from '../../registry/keys.ts';
import { formatNote, type Note } from '../../registry/note.ts';
import { isToken } from '../../registry/token.ts';
import type { Entry, TokenEntries } from '../../store/store.ts';

/** A key below a token in somebody else's etcd. */
export interface FoundKey {
  readonly value: Uint8Array;
  /** Where it stands in the order of creation. */
  readonly createdAt: number;
  /** When etcd would remove it: milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
}

/** What stands below one token there. */
export interface FoundRegistry {
  readonly token: string;
  /** The layout that it stands in. */
  readonly dialect: 'v2' | 'v3';
  readonly size: FoundKey | undefined;
  readonly state: FoundKey | undefined;
  readonly members: readonly (FoundKey & { readonly id: string })[];
}

/** A token that cannot be taken over. */
export interface SkippedToken {
  readonly token: string;
  /** What is wrong with it: "it has ...". */
  readonly reason: SkipReason;
}

export type SkipReason =
  | 'a name that is not 32 hex digits'
  | 'no size'
  | 'a size that is no whole number from 1 to 1000'
  | 'a member id that is too long'
  | 'keys in both layouts, of which those of v2 were taken';

/** What an etcd comes to: tokens, and tokens that are no use. */
export type FoundToken = TokenEntries | SkippedToken;

export function isSkipped(found: FoundToken): found is SkippedToken {
  return 'reason' in found;
}

/**
 * The keys that Muster would have for a registry. Each member counts as having received its answer, which it had from the
 * service before: once its cluster is complete it may have started, and may not start anew (rule 4). From where it was
 * written etcd does not know.
 *
 * @param now milliseconds since the Unix epoch
 * @param ttlSeconds how long a token lives whose end etcd does not know
 */
export function toTokenEntries(
  { token, dialect, size, state, members }: FoundRegistry,
  now: number,
  ttlSeconds: number,
): FoundToken {
  const skip = (reason: SkipReason): SkippedToken => ({ token, reason });
  if (!isToken(token)) return skip('a name that is not 32 hex digits');
  if (size === undefined) return skip('no size');
  const count = parseSize(Buffer.from(size.value).toString());
  if (count === undefined) return skip('a size that is no whole number from 1 to 1000');
  const isLong = members.some(({ id }) => Buffer.byteLength(id) > LIMITS.memberIdMaxBytes);
  if (isLong) return skip('a member id that is too long');
  const end = size.expiresAt ?? now + ttlSeconds * 1000;
  const note: Note = { at: now, from: '', dialect, action: 'create' };
  const creation = creationOperations({ size: count, createdAt: now, expiresAt: end });
  const entries: Entry[] = [
    ...creation.map(({ key, value, expiresAt }) => entryOf(key, value, 0, expiresAt)),
    ...(state === undefined ? [] : withNote(STATE_KEY, state, end, note)),
    ...members.flatMap((member) => withNote(memberKey(member.id), member, end, { ...note, told: true })),
  ];
  return { token, entries };
}

/** Muster takes an empty size for 3 where somebody makes a token; etcd's members take it for an error. */
function parseSize(text: string): number | undefined {
  if (text === '') return undefined;
  try {
    return parseClusterSize(text);
  } catch (error) {
    if (isMusterError(error, 'invalid-size')) return undefined;
    throw error;
  }
}

/** A key and its note, which end together, and with the token at the latest. */
function withNote(key: string, { value, createdAt, expiresAt }: FoundKey, end: number, note: Note): Entry[] {
  const own = Math.min(expiresAt ?? end, end);
  const ownNote = expiresAt === undefined ? note : { ...note, expiresAt };
  return [entryOf(key, value, createdAt, own), entryOf(noteKey(key), formatNote(ownNote), createdAt, own)];
}

function entryOf(
  key: string,
  value: Uint8Array,
  createRevision: number,
  expiresAt: number | undefined,
): Entry {
  const end = expiresAt === undefined ? {} : { expiresAt };
  return { key, value, createRevision, modRevision: createRevision, version: 1, ...end };
}
