import { type ErrorCode, isMusterError } from '../../errors.ts';
import { BodyError } from '../../http/body.ts';

/** An error as RFC 9457 words it, with Muster's code and remedy beside the standard's members. */
export interface Problem {
  /** Names the kind of problem: `urn:muster:problem:<code>`. */
  readonly type: string;
  /** The code in words. */
  readonly title: string;
  readonly status: number;
  /** What was wrong, of this very request. */
  readonly detail: string;
  /** A row of docs/errors.md; `internal` for a fault of Muster. */
  readonly code: ErrorCode | 'internal';
  /** What to do about it, as one sentence. */
  readonly remedy?: string;
  readonly retryAfterSeconds?: number;
}

const STATUSES: Readonly<Record<ErrorCode, number>> = {
  'unknown-token': 404,
  'expired-token': 410,
  'revoked-token': 410,
  'unknown-key': 404,
  'compare-failed': 412,
  'key-exists': 409,
  'duplicate-member': 409,
  'guard-refused': 403,
  'member-started': 409,
  'not-permitted': 403,
  'limit-exceeded': 403,
  'invalid-size': 400,
  'invalid-ttl': 400,
  'bad-request': 400,
  'incomplete-cluster': 409,
  'rate-limited': 429,
  compacted: 410,
  'watch-overrun': 503,
  'store-unavailable': 503,
  'store-closed': 503,
  'data-folder': 503,
  'bad-file': 500,
  'not-empty': 500,
  'cannot-listen': 500,
  'program-failed': 500,
  'bad-setting': 500,
};

/** When it makes sense to ask again, where nobody knows better. */
const RETRY_AFTER_SECONDS = 1;

/** Words any error for a client. What is neither ours nor about the body is a fault: it is told without its text. */
export function formatProblem(error: unknown): Problem {
  if (error instanceof BodyError) return problemOf('bad-request', error.message, error.status);
  if (!isMusterError(error)) {
    return problemOf('internal', 'Muster met a fault of its own; its log has more', 500);
  }
  const { code, message, remedy } = error;
  const status = STATUSES[code];
  const retryAfterSeconds =
    error.retryAfterSeconds ?? (status === 503 || status === 429 ? RETRY_AFTER_SECONDS : undefined);
  return {
    ...problemOf(code, message, status),
    ...(remedy === undefined ? {} : { remedy }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  };
}

function problemOf(code: Problem['code'], detail: string, status: number): Problem {
  const words = code.replaceAll('-', ' ');
  const title = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
  return { type: `urn:muster:problem:${code}`, title, status, detail, code };
}
