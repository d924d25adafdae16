import type { MemberReport, TokenReport } from '../registry/token-report.ts';
import type { Health } from './probe/ask-health.ts';
import type { PeerProbe } from './probe/probe-peer.ts';
import type { ServiceProbe } from './probe/probe-service.ts';

/** What the service tells about the token. */
export type TokenRead =
  | {
      readonly state: 'read';
      readonly report: TokenReport;
      /** A service that is none of Muster tells the members only: neither times nor who came from where. */
      readonly from: 'muster' | 'v2';
    }
  /** There is no such token, its life is over, or the service does not tell; with its own sentence. */
  | {
      readonly state: 'unknown' | 'expired' | 'refused';
      readonly message: string;
      readonly remedy: string | undefined;
    }
  /** The service was not reached. */
  | { readonly state: 'unread' };

/** What was found at one peer URL of a member. */
export interface MemberProbe extends PeerProbe {
  readonly member: MemberReport;
  /** An address of this machine is among its addresses. */
  readonly isHere: boolean;
}

/** All that was found out; the checks read nothing else. */
export interface Facts {
  readonly url: URL;
  /** The URL letter by letter, and its token: what member ids may be hashed with. */
  readonly urlText: string;
  readonly tokenText: string;
  readonly service: ServiceProbe;
  readonly token: TokenRead;
  /** Those of the members that have a slot, by slot; one a peer URL. */
  readonly peers: readonly MemberProbe[];
  readonly health: Health;
  /** The proxy that an etcd in this environment would ask for a peer URL. */
  readonly proxyOf: (peerUrl: string) => string | undefined;
  /** What was given to check certificates with, and to be asked for. */
  readonly hasCa: boolean;
  readonly hasCertificate: boolean;
  readonly now: number;
}

/** The report of the token, where there is one. */
export function reportOf({ token }: Pick<Facts, 'token'>): TokenReport | undefined {
  return token.state === 'read' ? token.report : undefined;
}

/** Whether every slot is taken, so that the members are to have formed their cluster. */
export function isComplete(facts: Facts): boolean {
  return reportOf(facts)?.missing === 0;
}

/** The peers by their member, in the order of the slots. */
export function peersByMember(peers: readonly MemberProbe[]): ReadonlyMap<string, readonly MemberProbe[]> {
  const byId = new Map<string, MemberProbe[]>();
  for (const peer of peers) byId.set(peer.member.id, [...(byId.get(peer.member.id) ?? []), peer]);
  return byId;
}

/** How far one gets at a member that is there, whatever is the matter with the other addresses of it. */
const REACHED: readonly MemberProbe['state'][] = ['answers', 'wants-certificate'];

/** The peers in one of these states. */
export function peersIn(facts: Facts, ...states: readonly MemberProbe['state'][]): readonly MemberProbe[] {
  return facts.peers.filter(({ state }) => states.includes(state));
}

/** Whether one of these is of a member that is reached at none of its peer URLs. */
export function areLost(facts: Facts, peers: readonly MemberProbe[]): boolean {
  const byMember = peersByMember(facts.peers);
  return peers.some(
    ({ member }) => !(byMember.get(member.id) ?? []).some(({ state }) => REACHED.includes(state)),
  );
}
