import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Decision, Operation, TokenRange } from '../store/store.ts';
import { RECORD_KEY, SIZE_KEY } from './keys.ts';
import { formatRecord, type TokenRecord } from './record.ts';

/** A request for a new token. */
export interface CreationRequest {
  readonly size: number;
  /** How long the token is to live, in whole seconds. */
  readonly ttlSeconds: number;
  /** The digest of its management secret; absent: only the operator may extend or revoke it. */
  readonly secretDigest?: string;
}

/**
 * Decides on a new token. The record outlives the token as its tombstone, so that people are told
 * "expired on ..." and not "never issued" (rule 6).
 *
 * @param now milliseconds since the Unix epoch
 * @returns whether the token is new; false when it is taken, and nothing was changed
 */
export function decideCreation(range: TokenRange, request: CreationRequest, now: number): Decision<boolean> {
  if (range.entries.length > 0) return { operations: [], outcome: false };
  const { size, ttlSeconds, secretDigest } = request;
  const record = {
    size,
    createdAt: now,
    expiresAt: now + ttlSeconds * 1000,
    ...(secretDigest === undefined ? {} : { secretDigest }),
  };
  return { operations: creationOperations(record), outcome: true };
}

/** What is written for a token that begins. */
export function creationOperations(record: TokenRecord): Extract<Operation, { type: 'put' }>[] {
  const { size, expiresAt } = record;
  const tombstoneEnd = expiresAt + LIMITS.tombstoneSeconds * 1000;
  return [
    { type: 'put', key: SIZE_KEY, value: new TextEncoder().encode(String(size)), expiresAt },
    { type: 'put', key: RECORD_KEY, value: formatRecord(record), expiresAt: tombstoneEnd },
  ];
}

/**
 * Reads the life of a new token, in whole seconds.
 *
 * @throws MusterError `invalid-ttl`
 */
export function parseTokenTtl(text: string): number {
  const ttlSeconds = /^[0-9]{1,12}$/.test(text) ? Number(text) : Number.NaN;
  assertTokenTtl(ttlSeconds, text);
  return ttlSeconds;
}

/**
 * @param text what was asked for, in the words of who asked
 * @throws MusterError `invalid-ttl` unless a new token may live that long
 */
export function assertTokenTtl(ttlSeconds: number, text: string = String(ttlSeconds)): void {
  const { tokenTtlMinSeconds: min, tokenTtlMaxSeconds: max } = LIMITS;
  if (Number.isInteger(ttlSeconds) && ttlSeconds >= min && ttlSeconds <= max) return;
  throw new MusterError('invalid-ttl', `cannot make a token that lives "${text.slice(0, 40)}" seconds`, {
    remedy: `ttl must be a whole number of seconds from ${min} to ${max}, such as ttl=86400 for a day`,
  });
}
