import { type ErrorCode, isMusterError, type MusterError } from '../../errors.ts';

/** An error as the v2 keys API words it. */
export interface WireError {
  readonly status: number;
  readonly errorCode: number;
  readonly message: string;
  readonly cause: string;
}

/** Messages of etcd's own codes (etcd-io/etcd@v3.4.23:etcdserver/api/v2error/error.go). */
const MESSAGES: Readonly<Record<number, string>> = {
  100: 'Key not found',
  101: 'Compare failed',
  102: 'Not a file',
  105: 'Key already exists',
  201: 'PrevValue is Required in POST form',
  202: 'The given TTL in POST form is not a number',
  203: 'The given index in POST form is not a number',
  209: 'Invalid field',
  210: 'Invalid POST form',
  211: 'Value provided on refresh',
  212: 'A TTL must be provided on refresh',
  300: 'Raft Internal Error',
  401: 'The event in requested index is outdated and cleared',
};

const STATUSES: Readonly<Record<number, number>> = {
  100: 404,
  101: 412,
  102: 403,
  105: 412,
  300: 500,
};

/** A request that is wrong in itself, whatever is stored. */
export class RequestError extends Error {
  readonly errorCode: number;
  readonly status: number;

  constructor(errorCode: number, cause: string, status: number = STATUSES[errorCode] ?? 400) {
    super(cause);
    this.errorCode = errorCode;
    this.status = status;
  }

  /** Whether the request could not even be read: etcd answers such a one with index 0. */
  get isMalformed(): boolean {
    return this.errorCode >= 200;
  }

  toWire(): WireError {
    const { status, errorCode } = this;
    return { status, errorCode, message: MESSAGES[errorCode] ?? 'Bad request', cause: this.message };
  }
}

/** How a code of Muster is told: etcd's own code with its words, or one of ours with the sentence and the remedy. */
const TABLE: Readonly<Record<ErrorCode, { status: number; errorCode: number; words: 'etcd' | 'ours' }>> = {
  'unknown-token': { status: 404, errorCode: 100, words: 'etcd' },
  'expired-token': { status: 404, errorCode: 100, words: 'ours' },
  'revoked-token': { status: 404, errorCode: 100, words: 'ours' },
  'unknown-key': { status: 404, errorCode: 100, words: 'etcd' },
  'compare-failed': { status: 412, errorCode: 101, words: 'etcd' },
  'key-exists': { status: 412, errorCode: 105, words: 'etcd' },
  'duplicate-member': { status: 412, errorCode: 105, words: 'ours' },
  'guard-refused': { status: 403, errorCode: 150, words: 'ours' },
  'member-started': { status: 403, errorCode: 151, words: 'ours' },
  'not-permitted': { status: 403, errorCode: 152, words: 'ours' },
  'limit-exceeded': { status: 403, errorCode: 153, words: 'ours' },
  'invalid-size': { status: 400, errorCode: 209, words: 'ours' },
  'invalid-ttl': { status: 400, errorCode: 202, words: 'ours' },
  'rate-limited': { status: 503, errorCode: 300, words: 'ours' },
  compacted: { status: 400, errorCode: 401, words: 'ours' },
  'watch-overrun': { status: 400, errorCode: 401, words: 'ours' },
  'store-unavailable': { status: 503, errorCode: 300, words: 'ours' },
  'store-closed': { status: 503, errorCode: 300, words: 'ours' },
  'data-folder': { status: 503, errorCode: 300, words: 'ours' },
  'bad-file': { status: 500, errorCode: 300, words: 'ours' },
  'not-empty': { status: 500, errorCode: 300, words: 'ours' },
  'cannot-listen': { status: 500, errorCode: 300, words: 'ours' },
  'program-failed': { status: 500, errorCode: 300, words: 'ours' },
  'bad-setting': { status: 500, errorCode: 300, words: 'ours' },
  'bad-request': { status: 400, errorCode: 210, words: 'ours' },
  'incomplete-cluster': { status: 409, errorCode: 300, words: 'ours' },
};

/**
 * Words any error for a client. What is not a `MusterError` is a fault of ours: it is told without its text.
 *
 * @param key the key that the request names, `/_etcd/registry/...`
 */
export function formatError(error: unknown, key: string): WireError {
  if (error instanceof RequestError) return error.toWire();
  if (!isMusterError(error)) {
    return { status: 500, errorCode: 300, message: 'Internal error', cause: 'see the log of the service' };
  }
  const { status, errorCode, words } = TABLE[error.code];
  if (words === 'ours') return { status, errorCode, message: error.message, cause: error.remedy ?? key };
  return { status, errorCode, message: MESSAGES[errorCode] ?? '', cause: causeOf(error, key) };
}

/** etcd names the first missing element of the path: the token's folder, where the token itself is unknown. */
function causeOf(error: MusterError, key: string): string {
  if (error.code === 'compare-failed') return error.message;
  return error.code === 'unknown-token' ? key.split('/').slice(0, 4).join('/') : key;
}
