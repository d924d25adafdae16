/**
 * Every operating error that Muster can tell a person about. The registry and the stores speak these
 * codes; each dialect has one table that turns a code into its own wire form.
 */
export type ErrorCode =
  /** The token was never issued here, or its tombstone is gone. */
  | 'unknown-token'
  /** The token's life is over; it is remembered so that people are told so. */
  | 'expired-token'
  /** The token was withdrawn by its owner. */
  | 'revoked-token'
  /** The cluster size of a new token is not a whole number within the limits. */
  | 'invalid-size'
  /** The life of a new token is not a whole number of seconds within the limits. */
  | 'invalid-ttl'
  /** The caller may not do this, whatever the state of the token. */
  | 'not-permitted'
  /** The member id is taken, by another value or by a living twin. */
  | 'duplicate-member'
  /** The member had its answer and its cluster is complete: it may have started, and may not start anew. */
  | 'member-started'
  /** The member could never be reached, or would keep the cluster from forming (see `assertWelcome`). */
  | 'guard-refused'
  /** A condition of the request did not hold. */
  | 'compare-failed'
  /** The key does not exist. */
  | 'unknown-key'
  /** The key exists already. */
  | 'key-exists'
  /** A count or a size is over its limit. */
  | 'limit-exceeded'
  /** The caller asks too often; see `retryAfterSeconds`. */
  | 'rate-limited'
  /** A watch asked for a revision whose events this store cannot give any more. */
  | 'compacted'
  /** The reader of a watch fell behind its bounded queue. */
  | 'watch-overrun'
  /** The store cannot write or read at the moment; the same request may succeed later. */
  | 'store-unavailable'
  /** The store is closing or closed. */
  | 'store-closed'
  /** The data folder cannot be used: damaged, in use, not writable, of another format. */
  | 'data-folder'
  /** A file that was to be read or written, such as for a move of data, is not what it should be, or cannot be had. */
  | 'bad-file'
  /** The place that data was to be moved to has some already. */
  | 'not-empty'
  /** The address to listen on is taken, or cannot be had. */
  | 'cannot-listen'
  /** A program that a command starts is not there, cannot be started, or ended too early. */
  | 'program-failed'
  /** A setting of the operator is wrong. */
  | 'bad-setting'
  /** The request is not what its address takes. */
  | 'bad-request'
  /** What was asked for comes with the last member, and some are missing. */
  | 'incomplete-cluster';

/** What a person is told beside the message. */
export interface ErrorDetails {
  /** What to do about it, as one sentence that can stand alone. */
  readonly remedy?: string;
  /** The error underneath, for the log only: never shown to a client. */
  readonly cause?: unknown;
  /** When it makes sense to ask again, in whole seconds. */
  readonly retryAfterSeconds?: number;
}

/** The one error class of Muster. Its message and remedy are safe to show to any client. */
export class MusterError extends Error {
  override readonly name = 'MusterError';
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = details.remedy;
    this.retryAfterSeconds = details.retryAfterSeconds;
  }
}

/** Whether a caught value is a `MusterError`, of one of the given codes where any are named. */
export function isMusterError(error: unknown, ...codes: ErrorCode[]): error is MusterError {
  return error instanceof MusterError && (codes.length === 0 || codes.includes(error.code));
}
