import { listTexts, nameOfId } from '../registry/findings/wording.ts';
import type { MemberProbe } from './facts.ts';

/** A member as people call it. */
export function nameOfMember({ id, name }: MemberProbe['member']): string {
  return nameOfId(name ?? id);
}

/** `m1, m2 and m3`, each member once. */
export function listMembers(peers: readonly MemberProbe[]): string {
  return listTexts([...new Set(peers.map(({ member }) => nameOfMember(member)))]);
}

/** One line a peer URL: `m1: http://10.0.0.1:2380: connection refused`. */
export function linesOf(peers: readonly MemberProbe[], tell: (peer: MemberProbe) => string): string[] {
  return peers.map((peer) => {
    const told = tell(peer);
    return `${nameOfMember(peer.member)}: ${peer.url}${told === '' ? '' : `: ${told}`}`;
  });
}

/** Milliseconds as people tell a difference of clocks: `3 s`, `2 min`, `5 h`. */
export function formatDifference(ms: number): string {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
