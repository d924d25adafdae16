import type { Member } from '../registry-state.ts';
import { addressKindOf, privateBlockOf } from './address-kind.ts';
import { advertiseFlag, type Facts, type MemberUrl, startAnew } from './facts.ts';
import type { Finding } from './finding.ts';
import { describe, listNames, sourceOf } from './wording.ts';

/** A member with the addresses that it gives; names are none, since nothing is known of them. */
interface Located {
  readonly member: Member;
  readonly urls: readonly MemberUrl[];
}

function locate({ slots, urls }: Facts): Located[] {
  const byMember = new Map(slots.map((member) => [member, [] as MemberUrl[]]));
  for (const url of urls) byMember.get(url.member)?.push(url);
  return [...byMember].map(([member, urls]) => ({ member, urls }));
}

/** Members of which all addresses are of one kind. */
function only(located: readonly Located[], wanted: 'private' | 'public'): Located[] {
  return located.filter(({ urls }) => urls.length > 0 && urls.every(({ kind }) => kind === wanted));
}

function linesOf(located: readonly Located[]): string[] {
  return located.map(({ member, urls }) => `${describe(member)}: ${urls.map(({ url }) => url).join(', ')}`);
}

/** Members inside one network beside members on the Internet, such as those of another region. */
export function findPrivateAndPublic(facts: Facts): Finding[] {
  const located = locate(facts);
  const inside = only(located, 'private');
  const outside = only(located, 'public');
  if (inside.length === 0 || outside.length === 0) return [];
  return [
    {
      id: 'private-and-public',
      severity: 'warning',
      sentence: `${listNames(outside.map(({ member }) => member))} can hardly reach ${listNames(inside.map(({ member }) => member))}: public addresses and private ones are mixed.`,
      evidence: linesOf([...inside, ...outside]),
      remedy: `Connect the networks, by a VPN or a peering; or set ${advertiseFlag(facts)} to addresses that every member can reach, ${startAnew(facts)}.`,
    },
  ];
}

/**
 * Private addresses that may mean different networks: members in ranges that have nothing in common, or behind
 * different gateways, as two regions are, each with its own `10.0.0.0/16`.
 */
export function findPrivateNetworks(facts: Facts): Finding[] {
  const inside = only(locate(facts), 'private');
  const sites = new Set(inside.map(({ member }) => siteOf(sourceOf(member))).filter((site) => site !== ''));
  if (inside.length < 2 || (sites.size < 2 && haveCommonBlock(inside))) return [];
  const how = sites.size < 2 ? 'are in different ranges' : 'come through different gateways';
  return [
    {
      id: 'private-networks',
      severity: 'warning',
      sentence: `Members with private addresses ${how}, so that they may be in networks that do not reach each other.`,
      evidence: linesOf(inside),
      remedy: `Check from each machine that it reaches the peer URL of every other; where it does not, connect the networks, or set ${advertiseFlag(facts)} to addresses that all can reach, ${startAnew(facts)}.`,
    },
  ];
}

/** What a member's requests come through: nothing, where its private address is seen; else its gateway. */
function siteOf(source: string): string {
  const kind = addressKindOf(source);
  if (kind === 'private') return 'private';
  // Machines with IPv6 addresses of their own need no gateway.
  return kind === 'public' && !source.includes(':') ? source : '';
}

function haveCommonBlock(located: readonly Located[]): boolean {
  const [first = new Set<string>(), ...others] = located.map(
    ({ urls }) =>
      new Set(urls.flatMap(({ parsed }) => ('problem' in parsed ? [] : (privateBlockOf(parsed.host) ?? [])))),
  );
  return [...first].some((block) => others.every((blocks) => blocks.has(block)));
}

/** Members with TLS between peers and members without. */
export function findMixedSchemes(facts: Facts): Finding[] {
  const plain = facts.urls.filter(({ scheme }) => scheme === 'http');
  const secure = facts.urls.filter(({ scheme }) => scheme === 'https');
  if (plain.length === 0 || secure.length === 0) return [];
  const membersOf = (urls: readonly MemberUrl[]): Member[] => [...new Set(urls.map(({ member }) => member))];
  const tls = facts.isOldEtcd
    ? '-peer-cert-file, -peer-key-file and -peer-ca-file'
    : '--peer-cert-file, --peer-key-file and --peer-trusted-ca-file';
  return [
    {
      id: 'mixed-schemes',
      severity: 'warning',
      sentence: `Peers use TLS in part only: ${listNames(membersOf(secure))} with https, ${listNames(membersOf(plain))} with http.`,
      evidence: [...plain, ...secure].map(({ member, url }) => `${describe(member)}: ${url}`),
      remedy: `Use https in the ${advertiseFlag(facts)} of every member, with ${tls}, or http in all of them, ${startAnew(facts)}.`,
    },
  ];
}
