import { type Fetch, type HttpAnswer, sendRequest } from '../join/http.ts';
import { Unanswered } from '../join/retry.ts';
import { type ClusterMember, parseMemberList, parsePeerMembers } from './cluster-member.ts';

/** How long a member may take to answer. */
const ASK_MS = 3000;

/** What somebody at a URL said of the cluster: its members, or why not. */
export type ListAnswer =
  | {
      readonly members: readonly ClusterMember[];
      /** Hex; a cluster that was made anew has another one. Undefined where it is not told. */
      readonly clusterId: string | undefined;
    }
  | { readonly problem: string };

/** Asks a member on its peer URL for the list of its cluster. @throws the reason of the signal */
export function askPeer(peerUrl: string, fetch: Fetch, signal: AbortSignal): Promise<ListAnswer> {
  return askList(peerUrl, '/members', fetch, signal, ({ text, headers }) => {
    const members = parsePeerMembers(text);
    const clusterId = headers.get('X-Etcd-Cluster-Id') ?? undefined;
    return members && { members, clusterId };
  });
}

/**
 * Asks a member on its client URL for the list of its cluster. Where the cluster has users, etcd from 3.5 on tells it
 * to none but them, and on peer URLs to all.
 *
 * @throws the reason of the signal
 */
export function askClient(clientUrl: string, fetch: Fetch, signal: AbortSignal): Promise<ListAnswer> {
  return askList(clientUrl, '/v3/cluster/member/list', fetch, signal, ({ text }) => {
    const members = parseMemberList(text);
    return members && { members, clusterId: undefined };
  });
}

/** Whether a member says on its client URL that its cluster has a leader and takes writes. */
export async function isHealthy(clientUrl: string, fetch: Fetch, signal: AbortSignal): Promise<boolean> {
  if (!URL.canParse(clientUrl)) return false;
  try {
    const url = new URL('/health', clientUrl);
    const { text } = await sendRequest({ fetch, method: 'GET', url, signal, timeoutMs: ASK_MS });
    return /"health":\s*"true"/.test(text);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Unanswered) return false;
    throw error;
  }
}

async function askList(
  place: string,
  path: '/members' | '/v3/cluster/member/list',
  fetch: Fetch,
  signal: AbortSignal,
  read: (answer: HttpAnswer) => ListAnswer | undefined,
): Promise<ListAnswer> {
  if (!URL.canParse(place)) return { problem: `${JSON.stringify(place)} is no URL` };
  const url = new URL(path, place);
  const request = path === '/members' ? { method: 'GET' as const } : { method: 'POST' as const, body: '{}' };
  try {
    const answer = await sendRequest({ fetch, url, signal, timeoutMs: ASK_MS, ...request });
    if (answer.status >= 400)
      return { problem: `${url.host} answers ${answer.status}${reasonIn(answer.text)}` };
    return read(answer) ?? { problem: `${url.host} is no member of etcd` };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Unanswered) return { problem: error.message };
    throw error;
  }
}

/** What the gateway of etcd says of an error. */
function reasonIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? `: ${message.slice(0, 200)}` : '';
  } catch {
    return '';
  }
}
