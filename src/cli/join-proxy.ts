import type { DiscoveredMember } from '../join/discovered-member.ts';
import { pause } from '../join/pause.ts';

/** How long a member may take to answer. */
const ASK_MS = 3000;
/** How long to wait before the members are asked again. They may be about to start. */
const AGAIN_MS = 2000;

/**
 * The client URLs of a cluster, as the first of its members that answers on its peer URL tells them
 * (etcd-io/etcd:server/etcdserver/api/etcdhttp/peer.go, `/members`). Asks until one does or the signal aborts.
 *
 * @throws the reason of the signal
 */
export async function findClientUrls(
  members: readonly DiscoveredMember[],
  signal: AbortSignal,
  onRetry: (reason: string) => void,
): Promise<readonly string[]> {
  for (;;) {
    const asked = members.flatMap(({ peerUrls }) => peerUrls).map((url) => askMember(url, signal));
    const answers = await Promise.all(asked);
    // Also where somebody answered meanwhile: who was told to stop starts nothing.
    signal.throwIfAborted();
    const found = answers.find((urls) => urls.length > 0);
    if (found !== undefined) return found;
    onRetry('the cluster is full, and none of its members says yet where clients reach it');
    await pause(AGAIN_MS, signal);
    signal.throwIfAborted();
  }
}

/** None where the member does not answer, or not in this form. */
async function askMember(peerUrl: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)]);
    const response = await fetch(new URL('/members', peerUrl), { signal: within });
    const members: unknown = await response.json();
    if (!Array.isArray(members)) return [];
    const urls = members.flatMap((member: { clientURLs?: unknown } | null) => member?.clientURLs ?? []);
    return [...new Set(urls.filter(isClientUrl))];
  } catch {
    return [];
  }
}

/** Whoever answers may say anything, and it gets into a command line: a host with its port, and nothing more. */
function isClientUrl(url: unknown): url is string {
  return (
    typeof url === 'string' && /^https?:\/\/(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5}$/.test(url)
  );
}

/** The arguments of etcd that make it a proxy before a cluster. */
export function proxyArguments(clientUrls: readonly string[], listen: string): readonly string[] {
  // etcd 3.6 dials the address that it advertises before it serves, and ends where nobody answers there.
  const own = [`--listen-addr=${listen}`, `--advertise-client-url=${listen}`];
  return ['grpc-proxy', 'start', `--endpoints=${clientUrls.join(',')}`, ...own];
}
