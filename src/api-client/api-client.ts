import { REQUEST_TIMEOUT_MS, sendRequest } from '../join/http.ts';
import { fetchOf } from '../join/node/node-fetch.ts';
import { type CallOptions, retryPolicyOf, signalOf } from '../join/options.ts';
import { retry } from '../join/retry.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { NoApiError, readAnswer } from './answers.ts';
import { isManagedToken, isTokenReport } from './check-answer.ts';
import type { ManagedToken } from './managed-token.ts';
import { parseTokenAddress } from './token-address.ts';

/** What token is wanted. */
export interface WantedToken {
  readonly size: number;
  /** Default: as the service is set. */
  readonly ttlSeconds?: number | undefined;
  readonly adminToken?: string | undefined;
}

interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly body?: object;
  /** The management secret or the admin token. */
  readonly credential?: string | undefined;
}

/**
 * All that is known of a token.
 *
 * @throws DiscoveryError `unknown`, `refused`, `unreachable`
 * @throws NoApiError where the service is no Muster, or an older one
 */
export async function readReport(discoveryUrl: string, options: CallOptions = {}): Promise<TokenReport> {
  const { api } = parseTokenAddress(discoveryUrl);
  return reportOf(await callApi({ method: 'GET', url: api }, options), api);
}

/**
 * Makes a token. Where an answer was lost it makes another one, and nobody ever learns of the first.
 *
 * @param service where it is, such as `http://10.0.0.5:8087`
 * @throws DiscoveryError `refused`, `unreachable`
 * @throws NoApiError
 */
export async function createManagedToken(
  service: string,
  { size, ttlSeconds, adminToken }: WantedToken,
  options: CallOptions = {},
): Promise<ManagedToken> {
  const url = new URL(`${service.replace(/\/+$/, '')}/v1/tokens`);
  const body = ttlSeconds === undefined ? { size } : { size, ttlSeconds };
  const made = await callApi({ method: 'POST', url, body, credential: adminToken }, options);
  if (!isManagedToken(made)) throw new NoApiError(url);
  return made;
}

/**
 * Gives a token a later end.
 *
 * @param credential its management secret, or the admin token of the service
 * @throws DiscoveryError `unknown`, `expired`, `refused`, `unreachable`
 */
export async function extendToken(
  discoveryUrl: string,
  ttlSeconds: number,
  credential: string | undefined,
  options: CallOptions = {},
): Promise<TokenReport> {
  const { api } = parseTokenAddress(discoveryUrl);
  return reportOf(
    await callApi({ method: 'PATCH', url: api, body: { ttlSeconds }, credential }, options),
    api,
  );
}

function reportOf(answer: unknown, url: URL): TokenReport {
  if (isTokenReport(answer)) return answer;
  throw new NoApiError(url);
}

/** Ends a token before its time. Takes and throws what `extendToken` does. */
export async function revokeToken(
  discoveryUrl: string,
  credential: string | undefined,
  options: CallOptions = {},
): Promise<void> {
  const { api } = parseTokenAddress(discoveryUrl);
  await callApi({ method: 'DELETE', url: api, credential }, options);
}

async function callApi(
  { method, url, body, credential }: ApiRequest,
  options: CallOptions,
): Promise<unknown> {
  const { fetch, close } = fetchOf(options);
  const signal = signalOf(options);
  const headers: Record<string, string> = {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(credential === undefined ? {} : { Authorization: `Bearer ${credential}` }),
  };
  const request = { fetch, method, url, headers, signal, timeoutMs: REQUEST_TIMEOUT_MS };
  const whole = body === undefined ? request : { ...request, body: JSON.stringify(body) };
  try {
    return readAnswer(await retry(retryPolicyOf(options), signal, () => sendRequest(whole)), url);
  } finally {
    close();
  }
}
