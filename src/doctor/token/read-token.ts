import { NoApiError } from '../../api-client/answers.ts';
import { readReport } from '../../api-client/api-client.ts';
import { type DiscoveryError, isDiscoveryError } from '../../join/discovery-error.ts';
import { openNodeFetch } from '../../join/node/node-fetch.ts';
import type { TlsFiles } from '../../join/options.ts';
import { openV2Registry } from '../../join/v2/registry.ts';
import type { TokenRead } from '../facts.ts';
import { reportMembers } from './report-members.ts';

/** How a token is read. */
export interface ReadOptions {
  readonly tls: TlsFiles;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/**
 * What the service tells of a token: Muster all of it, any other discovery service its size and its members.
 *
 * @throws the reason of the signal
 */
export async function readToken(url: string, options: ReadOptions, signal: AbortSignal): Promise<TokenRead> {
  try {
    return await readByApi(url, options, signal);
  } catch (error) {
    // The text of a token that is none of Muster is no error, and neither is a service without its API.
    if (!(error instanceof TypeError) && !(error instanceof NoApiError)) {
      if (isDiscoveryError(error)) return refusalOf(error);
      throw error;
    }
  }
  try {
    return await readByV2(url, options, signal);
  } catch (error) {
    if (isDiscoveryError(error)) return refusalOf(error);
    throw error;
  }
}

async function readByApi(url: string, { tls }: ReadOptions, signal: AbortSignal): Promise<TokenRead> {
  return { state: 'read', from: 'muster', report: await readReport(url, { tls, signal, retryForMs: 0 }) };
}

async function readByV2(url: string, { tls, now }: ReadOptions, signal: AbortSignal): Promise<TokenRead> {
  const { fetch, close } = openNodeFetch(tls);
  const registry = openV2Registry({ url, fetch, policy: { retryForMs: 0, onRetry: () => {} } });
  try {
    const size = await registry.readSize(signal);
    const { members, revision } = await registry.list(signal);
    return { state: 'read', from: 'v2', report: reportMembers({ url, size, members, revision }, now) };
  } finally {
    close();
  }
}

function refusalOf({ code, message, remedy }: DiscoveryError): TokenRead {
  switch (code) {
    case 'unreachable':
      return { state: 'unread' };
    case 'unknown':
    case 'expired':
      return { state: code, message, remedy };
    default:
      return { state: 'refused', message, remedy };
  }
}
