import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Decision, Operation, TokenRange } from '../store/store.ts';
import { assertTokenTtl, creationOperations } from './create.ts';
import { notedKey, parseMemberKey, RECORD_KEY, STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { assertManages, type ManagementClaim } from './management.ts';
import { formatRecord, type TokenRecord } from './record.ts';
import type { LiveContent } from './registry-state.ts';

/** A request to let a token live longer. */
export interface ExtensionRequest {
  readonly claim: ManagementClaim;
  /** How long the token is to live from now on, in whole seconds. */
  readonly ttlSeconds: number;
}

/** One of the commits that give a token a later end. */
export interface ExtensionStep extends ExtensionRequest {
  /** The end that is wanted: milliseconds since the Unix epoch, the same in each commit. */
  readonly expiresAt: number;
  /** Whether there was one before it. */
  readonly hasBegun: boolean;
}

/** Where an extension is after one commit. */
export interface ExtensionOutcome {
  readonly record: TokenRecord;
  /** The token has its new end, and all that is registered under it. */
  readonly isDone: boolean;
}

/**
 * Decides on a later end of a token, or on a part of it, since a commit holds only so many keys. What is registered goes
 * first and the token last, so that no member ends before its token, wherever this stops on the way. What registers
 * meanwhile goes with the next commit.
 *
 * @param now milliseconds since the Unix epoch
 * @throws MusterError `not-permitted`, `invalid-ttl` also where it would end sooner than it does, or one of a token that
 *   cannot be used
 */
export function decideExtension(
  range: TokenRange,
  { claim, ttlSeconds, expiresAt, hasBegun }: ExtensionStep,
  now: number,
): Decision<ExtensionOutcome> {
  const content = readLiveContent(range, now);
  const { record, recordEntry } = content;
  assertManages(record, claim);
  assertTokenTtl(ttlSeconds);
  if (expiresAt < record.expiresAt) {
    // Somebody else has given it more by now.
    if (hasBegun) return { operations: [], outcome: { record, isDone: true } };
    throw new MusterError(
      'invalid-ttl',
      `${ttlSeconds} s from now is before the end that the token has, ${new Date(record.expiresAt).toISOString()}`,
      { remedy: 'give a longer time, or revoke the token where it is to end' },
    );
  }
  const late = latePuts(range, content, expiresAt);
  const isDone = late.length <= LIMITS.extendedKeysPerCommit;
  if (!isDone) {
    // The record, as it is, tells readers what this commit is: see `admitCommit`.
    const mark = putRecord(record, recordEntry.expiresAt);
    return {
      operations: [...late.slice(0, LIMITS.extendedKeysPerCommit), mark],
      outcome: { record, isDone },
    };
  }
  const extended = { ...record, expiresAt };
  const hasEnd = recordEntry.expiresAt !== undefined;
  const last = hasEnd ? creationOperations(extended) : [putRecord(extended, undefined)];
  return { operations: [...late, ...last], outcome: { record: extended, isDone } };
}

function putRecord(record: TokenRecord, expiresAt: number | undefined): Operation {
  const value = formatRecord(record);
  return { type: 'put', key: RECORD_KEY, value, ...(expiresAt === undefined ? {} : { expiresAt }) };
}

/**
 * The keys that would end before they have to, as they stand in the store: what others made of one there is not written
 * again, nor what they removed.
 */
function latePuts({ entries }: TokenRange, content: LiveContent, expiresAt: number): Operation[] {
  return entries.flatMap((entry): Operation[] => {
    const { key, value } = entry;
    const subject = notedKey(key) ?? key;
    if (subject !== STATE_KEY && parseMemberKey(subject) === undefined) return [];
    const end = Math.min(ownEndOf(content, subject) ?? expiresAt, expiresAt);
    const isLate = entry.expiresAt !== undefined && entry.expiresAt < end;
    return isLate ? [{ type: 'put', key, value, expiresAt: end }] : [];
  });
}

/** The end that a writer gave a key. Only the values of etcd 0.4 end by themselves (rule 5). */
function ownEndOf({ stateNote, membersById }: LiveContent, key: string): number | undefined {
  if (key === STATE_KEY) return stateNote?.expiresAt;
  const member = membersById.get(parseMemberKey(key) ?? '');
  return member?.value?.form === 'bare' ? member.note?.expiresAt : undefined;
}
