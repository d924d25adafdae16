import type { Clock } from '../../clock/clock.ts';
import type { TlsFiles } from '../../join/options.ts';
import { parsePeerUrl } from '../../registry/peer-url.ts';
import { type Answer, ask, hostOf, portOf } from './ask.ts';
import { type FailureKind, ProbeFailure } from './failure.ts';
import { type Endpoint, openSocket } from './open-socket.ts';
import { clockAheadOf, type PeerAnswer, parseMembers, parseVersions } from './peer-answer.ts';
import { resolve } from './resolve.ts';
import { type CertificateFacts, shakeHands } from './shake-hands.ts';
import { within } from './within.ts';

/**
 * How far one gets at a peer URL. `answers`: etcd is there. `no-etcd`: something else is. `wants-tls`: TLS is spoken
 * where the URL says http. `bad-url`: it cannot be asked at all.
 */
export type PeerState = 'answers' | 'no-etcd' | 'wants-tls' | 'bad-url' | FailureKind;

/** What was found at one peer URL. */
export interface PeerProbe {
  readonly url: string;
  readonly state: PeerState;
  /** Why it is no answer, in the words of the system; empty where it is one. */
  readonly reason: string;
  /** Those of its name, in the order in which they are tried. */
  readonly addresses: readonly string[];
  /** That of a TLS connection. */
  readonly certificate: CertificateFacts | undefined;
  /** With the state `answers`. */
  readonly answer: PeerAnswer | undefined;
}

/** How peers are asked. */
export interface ProbeOptions {
  readonly tls: TlsFiles;
  /** How long all that is asked at one URL may take. */
  readonly timeoutMs: number;
  /** How long whoever took a connection may take to answer. Default: as long as all. */
  readonly silenceMs?: number | undefined;
  readonly clock: Clock;
}

/** So many addresses of one name are tried. */
const ADDRESSES_MAX = 4;

/**
 * Asks at a peer URL what can be asked of etcd there: does its name have an address, does anybody listen, what
 * certificate does it show, what version is it, and which members does its cluster have.
 *
 * @throws the reason of the signal
 */
export async function probePeer(url: string, options: ProbeOptions, signal: AbortSignal): Promise<PeerProbe> {
  const parsed = parsePeerUrl(url);
  const nothing = { url, addresses: [], certificate: undefined, answer: undefined };
  if ('problem' in parsed) return { ...nothing, state: 'bad-url', reason: parsed.problem };
  if (!/^https?:/i.test(url)) {
    return { ...nothing, state: 'bad-url', reason: 'is a unix socket, which only its own machine reaches' };
  }
  const found: Found = { addresses: [], certificate: undefined };
  try {
    const rest = await within(options.timeoutMs, signal, (inTime) =>
      look(new URL(url), found, options, inTime),
    );
    return { url, reason: '', answer: undefined, ...found, ...rest };
  } catch (error) {
    if (!(error instanceof ProbeFailure)) throw error;
    return { url, ...found, state: error.kind, reason: error.message, answer: undefined };
  }
}

/** What is known even where the next step fails. */
interface Found {
  addresses: readonly string[];
  certificate: CertificateFacts | undefined;
}

async function look(
  url: URL,
  found: Found,
  options: ProbeOptions,
  signal: AbortSignal,
): Promise<Pick<PeerProbe, 'state'> & Partial<PeerProbe>> {
  found.addresses = await resolve(hostOf(url), signal);
  const endpoint = await firstOpen(found.addresses.slice(0, ADDRESSES_MAX), portOf(url), signal);
  const { timeoutMs, silenceMs = timeoutMs } = options;
  try {
    return await within(silenceMs, signal, (inTime) => question(url, endpoint, found, options, inTime));
  } catch (error) {
    // Go's own server says so; etcd's listener for peers hangs up.
    const hangsUp = error instanceof ProbeFailure && error.kind === 'closed' && url.protocol === 'http:';
    if (hangsUp && (await speaksTls(url, endpoint, options, signal))) return WANTS_TLS;
    throw error;
  }
}

const WANTS_TLS = { state: 'wants-tls', reason: 'TLS is spoken there' } as const;

async function speaksTls(
  url: URL,
  endpoint: Endpoint,
  { tls }: ProbeOptions,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { socket } = await shakeHands(await openSocket(endpoint, signal), hostOf(url), tls, signal);
    socket.destroy();
    return true;
  } catch (error) {
    if (error instanceof ProbeFailure) return error.kind === 'wants-certificate';
    throw error;
  }
}

async function question(
  url: URL,
  endpoint: Endpoint,
  found: Found,
  { tls, clock }: ProbeOptions,
  signal: AbortSignal,
): Promise<Pick<PeerProbe, 'state'> & Partial<PeerProbe>> {
  if (url.protocol === 'https:') {
    const plain = await openSocket(endpoint, signal);
    const { socket, certificate } = await shakeHands(plain, hostOf(url), tls, signal);
    socket.destroy();
    found.certificate = certificate;
  }
  const get = (path: string): Promise<Answer> => ask({ ...endpoint, url: new URL(path, url), tls }, signal);
  const askedAt = clock.now();
  const [members, versions] = await Promise.all([get('/members'), get('/version')]);
  const cluster = parseMembers(members);
  if (cluster !== undefined) {
    const clockAheadMs = clockAheadOf(members, askedAt, clock.now());
    return { state: 'answers', answer: { ...cluster, ...parseVersions(versions), clockAheadMs } };
  }
  // As Go's server tells it (go: net/http/server.go, "Client sent an HTTP request to an HTTPS server").
  const wantsTls = members.status === 400 && /HTTPS server/.test(members.text);
  return wantsTls ? WANTS_TLS : { state: 'no-etcd', reason: `status ${members.status} to GET /members` };
}

/** @throws ProbeFailure the first one, where no address takes a connection */
async function firstOpen(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Endpoint> {
  let first: unknown = new ProbeFailure('unresolved', 'the name has no address');
  for (const [index, address] of addresses.entries()) {
    try {
      const socket = await openSocket({ address, port }, signal);
      socket.destroy();
      return { address, port };
    } catch (error) {
      if (!(error instanceof ProbeFailure)) throw error;
      if (index === 0) first = error;
    }
  }
  throw first;
}
