import type { ErrorCode } from '../../errors.ts';
import { type PeerUrl, type PeerUrlProblem, parsePeerUrl } from '../peer-url.ts';
import { type Lifecycle, lifecycleOf, type Member, type RegistryContent } from '../registry-state.ts';
import { type AddressKind, addressKindOf } from './address-kind.ts';

/**
 * A registration that left nothing in the keys of its token: one that was refused, or the repetition of one that was
 * made before. Whoever answers requests may know of some.
 */
export interface Attempt {
  readonly memberId: string;
  /** The source address of the request. */
  readonly from: string;
  /** Why it was refused; absent where it was answered as the first time. */
  readonly refusal?: { readonly code: ErrorCode; readonly message: string };
}

/** A peer URL of a member. */
export interface MemberUrl {
  readonly member: Member;
  readonly url: string;
  readonly parsed: PeerUrl | PeerUrlProblem;
  /** Undefined where the URL cannot be taken apart. */
  readonly kind: AddressKind | undefined;
  /** As etcd takes it: `unix` for `http`, `unixs` for `https`. Undefined where there is none. */
  readonly scheme: 'http' | 'https' | undefined;
}

/** What the findings about one token are made from. */
export interface Facts {
  readonly content: RegistryContent;
  readonly size: number;
  readonly now: number;
  readonly lifecycle: Lifecycle;
  /** The members that make up the cluster, by the order of registration. */
  readonly slots: readonly Member[];
  /** The members beyond the size. */
  readonly overflow: readonly Member[];
  /** The peer URLs of `slots`. */
  readonly urls: readonly MemberUrl[];
  /** Those of `overflow`. */
  readonly overflowUrls: readonly MemberUrl[];
  /** The members are machines of etcd 0.4, whose flags are others. */
  readonly isOldEtcd: boolean;
  readonly attempts: readonly Attempt[];
}

export function gatherFacts(content: RegistryContent, now: number, attempts: readonly Attempt[]): Facts {
  const { members, record } = content;
  const { size } = record;
  const slots = members.slice(0, Math.max(size, 0));
  const overflow = members.slice(slots.length);
  return {
    content,
    size,
    now,
    lifecycle: lifecycleOf(content, now),
    slots,
    overflow,
    urls: slots.flatMap(urlsOf),
    overflowUrls: overflow.flatMap(urlsOf),
    isOldEtcd: members.find(({ value }) => value !== undefined)?.value?.form === 'bare',
    attempts,
  };
}

/** Kept as long as the member is: its token is reported on again each time that somebody is refused. */
const urls = new WeakMap<Member, readonly MemberUrl[]>();

/** The peer URLs of a member, taken apart. */
function urlsOf(member: Member): readonly MemberUrl[] {
  const known = urls.get(member) ?? readUrls(member);
  urls.set(member, known);
  return known;
}

function readUrls(member: Member): MemberUrl[] {
  const { value } = member;
  if (value === undefined) return [];
  return value.form === 'named'
    ? value.peerUrls.map((url) => readUrl(member, url, url))
    : [readUrl(member, value.url, completeUrl(value.url))];
}

/** etcd 0.4 registers `host:port` as well, and URLs that end in a slash. */
function completeUrl(url: string): string {
  return `${url.includes('://') ? '' : 'http://'}${url.replace(/\/$/, '')}`;
}

function readUrl(member: Member, url: string, complete: string): MemberUrl {
  const parsed = parsePeerUrl(complete);
  return { member, url, parsed, kind: kindOf(parsed), scheme: schemeOf(complete) };
}

function kindOf(parsed: PeerUrl | PeerUrlProblem): AddressKind | undefined {
  if ('problem' in parsed) return parsed.isUnspecified === true ? 'unspecified' : undefined;
  return parsed.isLoopback ? 'loopback' : addressKindOf(parsed.host);
}

function schemeOf(url: string): MemberUrl['scheme'] {
  const [, secure] = /^(?:http|unix)(s?):\/\//i.exec(url) ?? [];
  return secure === undefined ? undefined : secure === '' ? 'http' : 'https';
}

/** The flag by which a member gives its peer URL, by the kind of etcd that it is. */
export function advertiseFlag({ isOldEtcd }: Facts): string {
  return isOldEtcd ? '-peer-addr' : '--initial-advertise-peer-urls';
}

export function nameFlag({ isOldEtcd }: Facts): string {
  return isOldEtcd ? '-name' : '--name';
}

/** What is left to do once a slot is taken by what it should not be: slots are final. */
export function startAnew({ size }: Facts): string {
  return `then make a new token with /new?size=${size} and start every member with it, since the slots of this one are final`;
}

/** Members by what they have in common, in the order of registration; only what two or more have. */
export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string | undefined): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  for (const [key, group] of groups) if (group.length < 2) groups.delete(key);
  return groups;
}
