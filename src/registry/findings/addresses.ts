import { addressKindOf } from './address-kind.ts';
import { advertiseFlag, type Facts, type MemberUrl, startAnew } from './facts.ts';
import type { Finding } from './finding.ts';
import { describe, listNames, sourceOf } from './wording.ts';

/** The ports at which etcd serves clients, now and in 0.4. */
const CLIENT_PORTS = ['2379', '4001'];

function membersOf(urls: readonly MemberUrl[]): string {
  return listNames([...new Set(urls.map(({ member }) => member))]);
}

function linesOf(urls: readonly MemberUrl[]): string[] {
  return urls.map(({ member, url }) => `${describe(member)}: ${url}`);
}

/** Addresses that mean the machine itself: how a trial on one machine is made, and the end of any other cluster. */
export function findLoopback(facts: Facts): Finding[] {
  const found = facts.urls.filter(({ kind }) => kind === 'loopback');
  // The address of a cluster of 1 is needed by nobody else, until it grows.
  if (found.length === 0 || facts.size === 1) return [];
  const isElsewhere =
    facts.urls.some(({ kind }) => kind !== 'loopback' && kind !== undefined) ||
    facts.slots.some((member) => sourceOf(member) !== '' && addressKindOf(sourceOf(member)) !== 'loopback');
  const flag = advertiseFlag(facts);
  if (!isElsewhere) {
    return [
      {
        id: 'loopback-address',
        severity: 'note',
        sentence: `All members are on one machine: ${membersOf(found)} can be reached from there only.`,
        evidence: linesOf(found),
        remedy: `Leave it for a trial; for members on several machines, set ${flag} to the own address of each.`,
      },
    ];
  }
  return [
    {
      id: 'loopback-address',
      severity: 'problem',
      sentence: `No other machine can reach ${membersOf(found)}: a loopback address means whoever uses it.`,
      evidence: linesOf(found),
      remedy: `Set ${flag} to the own address of each machine, ${startAnew(facts)}.`,
    },
  ];
}

export function findUnspecified(facts: Facts): Finding[] {
  const found = facts.urls.filter(({ kind }) => kind === 'unspecified');
  if (found.length === 0) return [];
  const flag = advertiseFlag(facts);
  const listening = facts.isOldEtcd ? '-peer-bind-addr' : '--listen-peer-urls';
  return [
    {
      id: 'unspecified-address',
      severity: 'problem',
      sentence: `No other machine can reach ${membersOf(found)}: the address means every one of a machine's own.`,
      evidence: linesOf(found),
      remedy: `Keep 0.0.0.0 and [::] for ${listening}, set ${flag} to the own address of each machine, ${startAnew(facts)}.`,
    },
  ];
}

/** Addresses of one cable. Over IPv6 they need the name of an interface too, which differs between machines. */
export function findLinkLocal(facts: Facts): Finding[] {
  const found = facts.urls.filter(({ kind }) => kind === 'link-local');
  if (found.length === 0) return [];
  return [
    {
      id: 'link-local-address',
      severity: 'warning',
      sentence: `${membersOf(found)} can be reached from the same network link at most: the address is link-local.`,
      evidence: linesOf(found),
      remedy: `Set ${advertiseFlag(facts)} to an address that is routed between the machines, ${startAnew(facts)}.`,
    },
  ];
}

export function findClientPorts(facts: Facts): Finding[] {
  const found = facts.urls.filter(
    ({ parsed }) => !('problem' in parsed) && CLIENT_PORTS.includes(parsed.port),
  );
  if (found.length === 0) return [];
  const [peerPort, clientFlag] = facts.isOldEtcd ? ['7001', '-addr'] : ['2380', '--advertise-client-urls'];
  return [
    {
      id: 'client-port',
      severity: 'warning',
      sentence: `The peer URL of ${membersOf(found)} has a port at which etcd serves clients, not peers.`,
      evidence: linesOf(found),
      remedy: `Keep that port for ${clientFlag}, and set ${advertiseFlag(facts)} to the port that the member listens on for peers, usually ${peerPort}, ${startAnew(facts)}.`,
    },
  ];
}

/** What no member could use, or what etcd itself refuses. */
export function findBadUrls(facts: Facts): Finding[] {
  const found = facts.urls.flatMap((slotUrl) =>
    'problem' in slotUrl.parsed && slotUrl.kind === undefined ? [{ ...slotUrl, ...slotUrl.parsed }] : [],
  );
  if (found.length === 0) return [];
  return [
    {
      id: 'bad-peer-url',
      severity: 'problem',
      sentence: `The peer URL of ${membersOf(found)} is none that etcd can use.`,
      evidence: found.map(({ member, url, problem }) => `${describe(member)}: "${url}" ${problem}`),
      remedy: `Write ${advertiseFlag(facts)} as http://ADDRESS:2380 or https://ADDRESS:2380, with nothing behind the port, ${startAnew(facts)}.`,
    },
  ];
}
