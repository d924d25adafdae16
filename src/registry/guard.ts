import { MusterError } from '../errors.ts';
import { isLoopbackHost } from './host.ts';
import type { NamedMember } from './member-value.ts';
import { type PeerUrl, parsePeerUrl } from './peer-url.ts';
import type { Member } from './registry-state.ts';

/** Who registers, as far as the guard needs to know. */
export interface GuardInput {
  readonly memberId: string;
  readonly value: NamedMember;
  /** The source address of the request. */
  readonly from: string;
  /** What the member hashed its id with, where that could be found out. */
  readonly salt: string | undefined;
  /** The spelling that the operator's public URL demands, where one is set. */
  readonly wantedSalt: string | undefined;
  /** How a person frees the slot of the given member, such as `DELETE /<token>/<id>`. */
  readonly formatRelease: (memberId: string) => string;
}

/** etcd adds "token was already used" to every refusal, which would mislead. */
const STILL_GOOD = 'the discovery token itself is still good';

function refuse(message: string, remedy: string): never {
  throw new MusterError('guard-refused', message, { remedy: `${remedy}; ${STILL_GOOD}` });
}

/**
 * Refuses a member that would keep the cluster from forming, with the reason and the way out.
 *
 * @param others the members that are registered already
 * @throws MusterError `guard-refused`
 */
export function assertWelcome(input: GuardInput, others: readonly Member[]): void {
  const peerUrls = input.value.peerUrls.map((url) => requirePeerUrl(input.value.name, url));
  assertReachable(input, peerUrls, others);
  assertDistinct(input, others);
  assertSameSalt(input, others);
}

function requirePeerUrl(name: string, url: string): PeerUrl {
  const parsed = parsePeerUrl(url);
  if ('problem' in parsed) refuse(`member ${name}: peer URL "${url}" ${parsed.problem}`, parsed.remedy);
  return parsed;
}

function assertReachable(input: GuardInput, peerUrls: PeerUrl[], others: readonly Member[]): void {
  const loopback = peerUrls.find((url) => url.isLoopback);
  if (loopback === undefined) return;
  const elsewhere = [input.from, ...others.map((other) => other.note?.from ?? '')].find(
    (address) => address !== '' && !isLoopbackHost(address),
  );
  if (elsewhere === undefined) return;
  refuse(
    `member ${input.value.name}: peer URL "${loopback.url}" is a loopback address, but members come from other machines (${elsewhere})`,
    "set --initial-advertise-peer-urls to this machine's own address",
  );
}

function assertDistinct(input: GuardInput, others: readonly Member[]): void {
  for (const other of others) {
    if (other.value?.form !== 'named') continue;
    if (other.value.name === input.value.name) refuseName(input.value.name, other);
    const taken = other.value.peerUrls.find((url) => input.value.peerUrls.includes(url));
    if (taken !== undefined) {
      refuse(
        `member ${input.value.name}: peer URL "${taken}" belongs to member ${other.value.name} (${other.id}) already`,
        'give every member its own --initial-advertise-peer-urls',
      );
    }
  }
}

function refuseName(name: string, other: Member): never {
  const holder = `${other.id}${other.note === undefined || other.note.from === '' ? '' : `, from ${other.note.from}`}`;
  const hint = name === 'default' ? ' ("default" is the name etcd takes when none is set)' : '';
  refuse(
    `the name "${name}" belongs to another member (${holder}) already${hint}`,
    'set --name to a different value on every machine, such as its host name',
  );
}

/** Members with different salts compute different ids for each other, and never form a cluster. */
function assertSameSalt(input: GuardInput, others: readonly Member[]): void {
  if (input.salt === undefined) return;
  // A query behind the public URL, such as a key for a proxy, is the operator's business.
  if (input.wantedSalt !== undefined && input.salt.split('?', 1)[0] !== input.wantedSalt) {
    refuse(
      `member ${input.value.name} uses the discovery URL as "${input.salt}", but this service is "${input.wantedSalt}"`,
      'give every member exactly that URL, character by character',
    );
  }
  const other = others.find((member) => member.note?.salt !== undefined && member.note.salt !== input.salt);
  const theirs = other?.note?.salt;
  if (other === undefined || theirs === undefined) return;
  const release =
    others.length === 1 ? `, or free the place of the other one with ${input.formatRelease(other.id)}` : '';
  refuse(
    `member ${input.value.name} uses ${describeSalt(input.salt)}, but the members before it use ${isUrl(theirs) ? `"${theirs}"` : describeSalt(theirs)}`,
    `etcd counts these as two clusters: ${sameSaltRemedy(input.salt, theirs)}${release}`,
  );
}

function isUrl(salt: string): boolean {
  return salt.includes('://');
}

function describeSalt(salt: string): string {
  return isUrl(salt) ? `the discovery URL as "${salt}"` : `the token alone, "${salt}"`;
}

/** Over v3 the salt is the value of `--discovery-token`: the token alone, or the URL that v2 members have. */
function sameSaltRemedy(own: string, theirs: string): string {
  if (!isUrl(own) && isUrl(theirs)) return `give this one the whole URL as well, --discovery-token=${theirs}`;
  if (isUrl(own) && !isUrl(theirs)) {
    return `give this one --discovery-token=${theirs} (etcd 3.6 or newer); members that are older need a new token whose URL every member is given`;
  }
  return 'give every member the same URL, character by character';
}
