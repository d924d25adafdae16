import type { ClusterMember } from '../../cluster/cluster-member.ts';
import { isLoopbackHost } from '../../registry/host.ts';
import { ask, hostOf, portOf } from './ask.ts';
import { ProbeFailure } from './failure.ts';
import type { ProbeOptions } from './probe-peer.ts';
import { resolve } from './resolve.ts';
import { within } from './within.ts';

/** Whether a cluster has a leader and takes writes, as its members say; `unknown` where nobody could be asked. */
export type Health = 'healthy' | 'unhealthy' | 'unknown';

/** Nobody asks a cluster of a thousand all around. */
const ASKED_MAX = 9;

/**
 * Asks members at their client URLs. One that says yes is enough: it has asked the others.
 *
 * @param peerUrl where the list was had: loopback addresses count only where that is one
 * @throws the reason of the signal
 */
export async function askHealth(
  members: readonly ClusterMember[],
  peerUrl: string,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<Health> {
  const isHere = isLoopbackHost(hostOf(new URL(peerUrl)));
  const urls = members
    .flatMap(({ clientUrls }) => clientUrls.slice(0, 1))
    .filter((url) => URL.canParse(url) && /^https?:/.test(url))
    .map((url) => new URL('/health', url))
    .filter((url) => isHere || !isLoopbackHost(hostOf(url)))
    .slice(0, ASKED_MAX);
  const answers = await Promise.all(urls.map((url) => askOne(url, options, signal)));
  if (answers.includes('healthy')) return 'healthy';
  return answers.includes('unhealthy') ? 'unhealthy' : 'unknown';
}

async function askOne(url: URL, { tls, timeoutMs }: ProbeOptions, signal: AbortSignal): Promise<Health> {
  try {
    const text = await within(timeoutMs, signal, async (inTime) => {
      const [address = ''] = await resolve(hostOf(url), inTime);
      return (await ask({ address, port: portOf(url), url, tls }, inTime)).text;
    });
    // A string up to 3.6, as are all its fields (etcd-io/etcd:server/etcdserver/api/etcdhttp/health.go, Health).
    const [, health] = /"health":\s*"?(true|false)/.exec(text) ?? [];
    return health === undefined ? 'unknown' : health === 'true' ? 'healthy' : 'unhealthy';
  } catch (error) {
    if (error instanceof ProbeFailure) return 'unknown';
    throw error;
  }
}
