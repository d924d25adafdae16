import type { Clock } from '../../clock/clock.ts';
import { type Answer, ask, hostOf, portOf } from './ask.ts';
import { askByProxy } from './ask-by-proxy.ts';
import { ProbeFailure, toFailure } from './failure.ts';
import { type Endpoint, openSocket } from './open-socket.ts';
import { clockAheadOf } from './peer-answer.ts';
import type { ProbeOptions } from './probe-peer.ts';
import { proxyFor } from './proxy-environment.ts';
import { resolve } from './resolve.ts';
import { type CertificateFacts, shakeHands } from './shake-hands.ts';
import { within } from './within.ts';

/** The way to the discovery service. */
export interface ServiceProbe {
  readonly addresses: readonly string[];
  /** Why there was no answer; undefined where there was one. */
  readonly failure: ProbeFailure | undefined;
  readonly certificate: CertificateFacts | undefined;
  /** Why an etcd that knows only the CAs of this machine would not trust it; undefined where it would. */
  readonly distrustOfSystem: string | undefined;
  /** What it answers to a request for the cluster size, which is etcd's first. */
  readonly answer: Answer | undefined;
  readonly clockAheadMs: number | null;
  /** The proxy that the variables of this machine name for its URL, tried where there is no other way. */
  readonly proxy: TriedProxy | undefined;
  /** The proxy by which v3 discovery goes there: gRPC takes that of HTTPS_PROXY, whatever the URL begins with. */
  readonly grpcProxy: TriedProxy | undefined;
}

/** A proxy, and whether it lets one through. */
export interface TriedProxy {
  readonly url: string;
  /** Undefined where it does. */
  readonly failure: ProbeFailure | undefined;
}

/** How the service is asked. */
export interface ServiceProbeOptions extends ProbeOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The CAs that an etcd without files of its own trusts, in PEM form. */
  readonly systemRoots: string;
}

/**
 * Goes the way that etcd's v2 discovery goes: directly, whatever proxies the environment names
 * (etcd-io/etcd:server/etcdserver/api/v2discovery/discovery.go, newDiscovery). Where that fails, a proxy is tried too.
 *
 * @throws the reason of the signal
 */
export async function probeService(
  url: URL,
  options: ServiceProbeOptions,
  signal: AbortSignal,
): Promise<ServiceProbe> {
  const found: Found = { addresses: [], certificate: undefined, distrustOfSystem: undefined };
  const grpcProxy = await tryProxy(new URL(`https://${url.hostname}:${portOf(url)}`), options, signal);
  const rest = { failure: undefined, answer: undefined, clockAheadMs: null, proxy: undefined, grpcProxy };
  try {
    const answered = await within(options.timeoutMs, signal, (inTime) => look(url, found, options, inTime));
    return { ...rest, ...found, ...answered };
  } catch (failure) {
    if (!(failure instanceof ProbeFailure)) throw failure;
    return { ...rest, ...found, failure, proxy: await tryProxy(url, options, signal) };
  }
}

type Found = { -readonly [Part in 'addresses' | 'certificate' | 'distrustOfSystem']: ServiceProbe[Part] };

async function look(
  url: URL,
  found: Found,
  options: ServiceProbeOptions,
  signal: AbortSignal,
): Promise<Pick<ServiceProbe, 'answer' | 'clockAheadMs'>> {
  const { tls, clock } = options;
  found.addresses = await resolve(hostOf(url), signal);
  const [address = ''] = found.addresses;
  const endpoint = { address, port: portOf(url) };
  if (url.protocol === 'https:') {
    found.certificate = await certificateOf(url, endpoint, tls, signal);
    const { distrust } = await certificateOf(url, endpoint, { ...tls, ca: options.systemRoots }, signal);
    found.distrustOfSystem = distrust;
  }
  return answerOf(url, endpoint, tls, clock, signal);
}

async function certificateOf(
  url: URL,
  endpoint: Endpoint,
  tls: ProbeOptions['tls'],
  signal: AbortSignal,
): Promise<CertificateFacts> {
  const plain = await openSocket(endpoint, signal);
  const { socket, certificate } = await shakeHands(plain, hostOf(url), tls, signal);
  socket.destroy();
  return certificate;
}

async function answerOf(
  url: URL,
  endpoint: Endpoint,
  tls: ProbeOptions['tls'],
  clock: Clock,
  signal: AbortSignal,
): Promise<Pick<ServiceProbe, 'answer' | 'clockAheadMs'>> {
  const sizeUrl = new URL(url);
  sizeUrl.pathname = `${url.pathname.replace(/\/+$/, '')}/_config/size`;
  const askedAt = clock.now();
  const answer = await ask({ ...endpoint, url: sizeUrl, tls }, signal);
  return { answer, clockAheadMs: clockAheadOf(answer, askedAt, clock.now()) };
}

/** @returns undefined where no proxy is named for the URL */
async function tryProxy(
  url: URL,
  { env, timeoutMs }: ServiceProbeOptions,
  signal: AbortSignal,
): Promise<TriedProxy | undefined> {
  const proxy = proxyFor(url, env);
  if (proxy === undefined) return undefined;
  try {
    await within(timeoutMs, signal, (inTime) => askByProxy(proxy, url, inTime));
    return { url: proxy, failure: undefined };
  } catch (error) {
    if (signal.aborted) throw error;
    return { url: proxy, failure: toFailure(error) };
  }
}
