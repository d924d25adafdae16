import { networkInterfaces } from 'node:os';
import type { Clock } from '../clock/clock.ts';
import type { TlsFiles } from '../join/options.ts';
import { pause } from '../join/pause.ts';
import { isLoopbackAddress } from '../registry/host.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { type Cause, sortCauses } from './cause.ts';
import { expectedClusterOf } from './checks/same-cluster.ts';
import { type CheckResult, runChecks } from './checks.ts';
import type { Facts, MemberProbe, TokenRead } from './facts.ts';
import { askHealth, type Health } from './probe/ask-health.ts';
import { probePeer } from './probe/probe-peer.ts';
import { probeService } from './probe/probe-service.ts';
import { proxyFor } from './probe/proxy-environment.ts';
import { readTrustedRoots } from './probe/trusted-roots.ts';
import { within } from './probe/within.ts';
import { redirectedUrl } from './redirect.ts';
import { readToken } from './token/read-token.ts';
import { judge, type Verdict } from './verdict.ts';

/** What to look at, and with what. */
export interface DiagnoseOptions {
  /** The discovery URL as members are given it, letter by letter. */
  readonly url: string;
  /** What the service and the peers are asked with; the CA beside those of the system. */
  readonly tls: TlsFiles;
  readonly hasCa: boolean;
  /** How long the service may take, and then each member, and then the question for a leader. */
  readonly timeoutMs: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Causes that are known from elsewhere, such as the log of a member. */
  readonly causes: readonly Cause[];
}

/** What is the matter with the cluster of a token. */
export interface Diagnosis {
  readonly verdict: Verdict;
  /** The gravest first, then the likeliest. */
  readonly causes: readonly Cause[];
  readonly checks: readonly CheckResult[];
  readonly facts: Facts;
}

/** Whoever has taken a connection and says nothing for so long waits for others. */
const WAITING_SILENCE_MS = 1000;
/** At a time; a thousand members are not asked all at once. */
const PEERS_AT_ONCE = 64;

/**
 * Finds out from this machine why the cluster of a token does not form, or whether it runs.
 *
 * @throws the reason of the signal
 */
export async function diagnose(options: DiagnoseOptions, signal: AbortSignal): Promise<Diagnosis> {
  const facts = await gather(options, signal);
  const { causes, checks } = runChecks(facts);
  const all = sortCauses([...options.causes, ...causes]);
  return { verdict: judge(facts, all), causes: all, checks, facts };
}

async function gather(options: DiagnoseOptions, signal: AbortSignal): Promise<Facts> {
  const { url: urlText, env, clock, timeoutMs, tls, hasCa } = options;
  const url = new URL(urlText);
  const systemRoots = readTrustedRoots(env);
  const probe = { tls: { ...tls, ca: hasCa ? tls.ca : systemRoots }, timeoutMs, clock };
  const service = await probeService(url, { ...probe, env, systemRoots }, signal);
  const token: TokenRead =
    service.failure === undefined
      ? await readInTime(
          (service.answer && redirectedUrl(service.answer)) ?? urlText,
          probe.tls,
          clock.now(),
          timeoutMs,
          signal,
        )
      : { state: 'unread' };
  const peers = token.state === 'read' ? await probeMembers(token.report, probe, signal) : [];
  return {
    ...{ url, urlText, service, token, peers },
    tokenText: url.pathname.split('/').filter(Boolean).at(-1) ?? '',
    health: await healthOf(peers, expectedClusterOf({ token }), probe, signal),
    proxyOf: (peerUrl) => proxyFor(new URL(peerUrl), env),
    hasCa,
    hasCertificate: tls.cert !== undefined,
    now: clock.now(),
  };
}

async function readInTime(
  url: string,
  tls: TlsFiles,
  now: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<TokenRead> {
  try {
    return await within(timeoutMs, signal, (inTime) => readToken(url, { tls, now }, inTime));
  } catch (error) {
    if (signal.aborted) throw error;
    return { state: 'unread' };
  }
}

type Probe = Parameters<typeof probePeer>[1];

async function probeMembers(
  report: TokenReport,
  probe: Probe,
  signal: AbortSignal,
): Promise<readonly MemberProbe[]> {
  const own = ownAddresses();
  // Before the cluster is complete, etcd listens and answers nothing, which takes no long look.
  const silenceMs = report.missing > 0 ? Math.min(probe.timeoutMs, WAITING_SILENCE_MS) : undefined;
  const wanted = report.members
    .filter(({ slot }) => slot !== null)
    .flatMap((member) => member.peerUrls.map((url) => ({ member, url })));
  const probed: MemberProbe[] = [];
  for (let at = 0; at < wanted.length; at += PEERS_AT_ONCE) {
    const some = wanted.slice(at, at + PEERS_AT_ONCE).map(async ({ member, url }): Promise<MemberProbe> => {
      const found = await probePeer(url, { ...probe, silenceMs }, signal);
      const isHere = found.addresses.some((address) => own.has(address) || isLoopbackAddress(address));
      return { ...found, member, isHere };
    });
    probed.push(...(await Promise.all(some)));
  }
  return probed;
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []),
  );
}

/** The health of the cluster of the token, where one of its members answers. */
async function healthOf(
  peers: readonly MemberProbe[],
  clusterId: string | undefined,
  probe: Probe,
  signal: AbortSignal,
): Promise<Health> {
  const peer = peers.find(({ answer }) => answer !== undefined && answer.clusterId === clusterId);
  if (peer?.answer === undefined) return 'unknown';
  for (let asked = 1; ; asked++) {
    const health = await askHealth(peer.answer.members, peer.url, probe, signal);
    // An election takes a second or two, and is no state to be told.
    if (health !== 'unhealthy' || asked === ASKED_FOR_LEADER) return health;
    if (!(await pause(ELECTION_MS, signal))) throw signal.reason;
  }
}

const ASKED_FOR_LEADER = 4;
const ELECTION_MS = 1000;
