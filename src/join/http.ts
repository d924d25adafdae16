import { DiscoveryError } from './discovery-error.ts';
import { isTimeout, Unanswered } from './retry.ts';

/** What is used of the standard `fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** A request. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** What is used of a standard `Response`. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** An answer that is no "later". */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: FetchAnswer['headers'];
  readonly text: string;
}

/** One request. */
export interface HttpRequest {
  readonly fetch: Fetch;
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** How long the answer may take. Without it, as long as it likes: it is a long poll. */
  readonly timeoutMs?: number;
}

/** As long as etcd gives a whole request, twice. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** Nobody waits longer than this because a service says so. */
const RETRY_AFTER_MAX_S = 60;

/**
 * Sends one request.
 *
 * @throws Unanswered where there is no answer in time, or it is a 5xx or 429
 * @throws the reason of the signal
 */
export async function sendRequest(request: HttpRequest): Promise<HttpAnswer> {
  const { fetch, method, url, headers = {}, body, signal, timeoutMs } = request;
  // Node forgets a timeout that only `any` refers to (nodejs/node#57736); this one is asked in the end.
  const late = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const ended = late === undefined ? signal : AbortSignal.any([signal, late]);
  let answer: FetchAnswer;
  let text: string;
  try {
    const init = { method, headers, signal: ended };
    answer = await fetch(url.href, body === undefined ? init : { ...init, body });
    text = await answer.text();
  } catch (error) {
    throw failureOf(error, request, late?.aborted === true);
  }
  const { status } = answer;
  if (status < 500 && status !== 429) return { status, headers: answer.headers, text };
  const seconds = Number(answer.headers.get('Retry-After') ?? 0);
  const retryAfterMs = seconds > 0 ? Math.min(seconds, RETRY_AFTER_MAX_S) * 1000 : 0;
  throw new Unanswered(`${url.host} answers ${status}`, { retryAfterMs });
}

function failureOf(error: unknown, { url, signal, timeoutMs }: HttpRequest, isLate: boolean): unknown {
  // A caller whose time is over while nobody answers learns that, and not that members are missing.
  if (signal.aborted && (timeoutMs === undefined || !isTimeout(signal))) return signal.reason;
  if (signal.aborted) {
    return new DiscoveryError('unreachable', `${url.host} does not answer in time`, { cause: error });
  }
  if (isLate) return new Unanswered(`${url.host} does not answer within ${Number(timeoutMs) / 1000} s`);
  return new Unanswered(`${url.host} cannot be reached: ${reasonOf(error)}`, { cause: error });
}

/** What the system said, which `fetch` keeps below its own words. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error) return reasonOf(cause);
  // What the TLS library says in words; its message has addresses, files and line numbers around them.
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  if (error.message !== '') return error.message;
  return 'code' in error ? String(error.code) : error.name;
}
