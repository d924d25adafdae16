import { type ErrorCode, isMusterError } from '../errors.ts';
import { BodyError } from '../http/body.ts';
import type { Problem } from './refusal-page.ts';

/** An error as a page tells it. */
export interface Refusal extends Problem {
  readonly status: number;
  /** A headline. */
  readonly title: string;
  readonly retryAfterSeconds: number | undefined;
}

/** What is not here is a fault of ours. */
const TABLE: Partial<Readonly<Record<ErrorCode, readonly [status: number, title: string]>>> = {
  'unknown-token': [404, 'There is no such token here'],
  'unknown-key': [404, 'There is no such page here'],
  'not-permitted': [403, 'Not permitted'],
  'invalid-size': [400, 'No token was made'],
  'invalid-ttl': [400, 'No token was made'],
  'limit-exceeded': [400, 'That is too much'],
  'rate-limited': [429, 'Too many requests'],
  'store-unavailable': [503, 'Not available at the moment'],
  'store-closed': [503, 'Not available at the moment'],
};

const UNKNOWN_TOKEN =
  'This token was never made here, or it ended more than 90 days ago. Compare the address with the one that you were given: a token has 32 digits, 0 to 9 and a to f.';

/** Words an error for a person with a browser; undefined for a fault of ours. */
export function readRefusal(error: unknown): Refusal | undefined {
  if (error instanceof BodyError) {
    const { status, message } = error;
    return { status, title: 'No token was made', message, remedy: undefined, retryAfterSeconds: undefined };
  }
  if (!isMusterError(error)) return undefined;
  const row = TABLE[error.code];
  if (row === undefined) return undefined;
  const [status, title] = row;
  const isUnknown = error.code === 'unknown-token';
  return {
    status,
    title,
    message: isUnknown ? UNKNOWN_TOKEN : error.message,
    remedy: isUnknown ? undefined : error.remedy,
    retryAfterSeconds: error.retryAfterSeconds ?? (status === 429 || status === 503 ? 1 : undefined),
  };
}
