import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Decision, Entry, Operation, TokenRange } from '../store/store.ts';
import { assertTokenTtl, creationOperations } from './create.ts';
import { memberKey, noteKey, RECORD_KEY, STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { assertManages, type ManagementClaim } from './management.ts';
import { formatNote, type Note } from './note.ts';
import { formatRecord, type TokenRecord } from './record.ts';
import type { LiveContent } from './registry-state.ts';

/** A request to let a token live longer. */
export interface ExtensionRequest {
  readonly claim: ManagementClaim;
  /** How long the token is to live from now on, in whole seconds. */
  readonly ttlSeconds: number;
}

/**
 * Decides on a later end of a token. The keys that registered before follow by `decideFollowingEnds`, since a commit
 * holds only so many; those that register from here on have the new end at once.
 *
 * @param now milliseconds since the Unix epoch
 * @returns the record with its new end
 * @throws MusterError `not-permitted`, `invalid-ttl` also where it would end sooner than it does, or one of a token that
 *   cannot be used
 */
export function decideExtension(
  range: TokenRange,
  { claim, ttlSeconds }: ExtensionRequest,
  now: number,
): Decision<TokenRecord> {
  const { record, recordEntry } = readLiveContent(range, now);
  assertManages(record, claim);
  assertTokenTtl(ttlSeconds);
  const expiresAt = now + ttlSeconds * 1000;
  if (expiresAt < record.expiresAt) {
    throw new MusterError(
      'invalid-ttl',
      `${ttlSeconds} s from now is before the end that the token has, ${new Date(record.expiresAt).toISOString()}`,
      { remedy: 'give a longer time, or revoke the token where it is to end' },
    );
  }
  const extended = { ...record, expiresAt };
  const hasEnd = recordEntry.expiresAt !== undefined;
  return {
    operations: hasEnd ? creationOperations(extended) : [putRecord(extended, recordEntry)],
    outcome: extended,
  };
}

/**
 * Gives keys of a token the end that its record says, as many as a commit may hold. Their values stay, and no reader is
 * shown anything: see `withoutExtensions`.
 *
 * @returns whether there are more
 */
export function decideFollowingEnds(range: TokenRange, now: number): Decision<boolean> {
  const content = readLiveContent(range, now);
  const late = lateKeys(content);
  if (late.length === 0) return { operations: [], outcome: false };
  const puts = late
    .slice(0, LIMITS.extendedKeysPerCommit)
    .flatMap(({ entry, note, expiresAt }): Operation[] => [
      { type: 'put', key: entry.key, value: entry.value, expiresAt },
      ...(note === undefined
        ? []
        : [{ type: 'put', key: noteKey(entry.key), value: formatNote(note), expiresAt } as const]),
    ]);
  return {
    operations: [...puts, putRecord(content.record, content.recordEntry)],
    outcome: late.length > LIMITS.extendedKeysPerCommit,
  };
}

function putRecord(record: TokenRecord, { expiresAt }: Entry): Operation {
  const value = formatRecord(record);
  return { type: 'put', key: RECORD_KEY, value, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

interface LateKey {
  readonly entry: Entry;
  readonly note: Note | undefined;
  readonly expiresAt: number;
}

/** The keys that would end before they have to. */
function lateKeys({ record, members, stateEntry, stateNote }: LiveContent): LateKey[] {
  const keys = members.map(({ id, entry, value, note }) => ({
    entry: { ...entry, key: memberKey(id) },
    note,
    // Only the values of etcd 0.4 end by themselves (rule 5).
    ownEnd: value?.form === 'bare' ? note?.expiresAt : undefined,
  }));
  if (stateEntry !== undefined)
    keys.push({ entry: { ...stateEntry, key: STATE_KEY }, note: stateNote, ownEnd: stateNote?.expiresAt });
  return keys
    .map(({ entry, note, ownEnd }) => ({
      entry,
      note,
      expiresAt: Math.min(ownEnd ?? record.expiresAt, record.expiresAt),
    }))
    .filter(({ entry, expiresAt }) => entry.expiresAt !== undefined && entry.expiresAt < expiresAt);
}
