import { DiscoveryError } from './discovery-error.ts';
import { type Fetch, REQUEST_TIMEOUT_MS, sendRequest } from './http.ts';
import { type RetryPolicy, retry } from './retry.ts';

/** What token is wanted. */
export interface NewToken {
  /** Where the service is, such as `http://discovery.example:8087`. */
  readonly server: string;
  /** How many members the cluster will have. */
  readonly size: number;
  /** How long the token lives, in seconds. Default: as the service is set, 7 days unless its operator says otherwise. */
  readonly ttlSeconds?: number | undefined;
  /** The admin token of the service, where it wants one for this. */
  readonly adminToken?: string | undefined;
}

/** A token that was made. */
export interface CreatedToken {
  /** The discovery URL, which every member is given letter by letter. */
  readonly url: string;
  /** Its last segment. */
  readonly token: string;
}

/**
 * Makes a token. Where an answer was lost it makes another one, and nobody ever learns of the first.
 *
 * @throws DiscoveryError `refused`, `unreachable`
 */
export async function requestToken(
  { server, size, ttlSeconds, adminToken }: NewToken,
  fetch: Fetch,
  policy: RetryPolicy,
  signal: AbortSignal,
): Promise<CreatedToken> {
  const url = new URL(server);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/new`;
  url.searchParams.set('size', String(size));
  if (ttlSeconds !== undefined) url.searchParams.set('ttl', String(ttlSeconds));
  const headers: Record<string, string> =
    adminToken === undefined ? {} : { Authorization: `Bearer ${adminToken}` };
  const request = { fetch, method: 'GET', url, headers, signal, timeoutMs: REQUEST_TIMEOUT_MS } as const;
  const { status, text } = await retry(policy, signal, () => sendRequest(request));
  const printed = text.trim();
  const token = /^https?:\/\/\S+\/([^\s/?]+)$/.exec(printed)?.[1];
  if (status === 200 && token !== undefined) return { url: printed, token };
  const said = status === 200 ? 'no discovery URL' : printed.slice(0, 300) || `status ${status}`;
  throw new DiscoveryError('refused', `${url.host} makes no token: ${said}`);
}
