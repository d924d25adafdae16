import { BlockList, isIP, SocketAddress } from 'node:net';
import { isLoopbackHost, isUnspecifiedHost } from '../host.ts';

/** From where a host can be reached. `name`: the registry does not resolve names, so that nothing is known. */
export type AddressKind = 'loopback' | 'unspecified' | 'link-local' | 'private' | 'public' | 'name';

const linkLocal = new BlockList();
linkLocal.addSubnet('169.254.0.0', 16, 'ipv4');
linkLocal.addSubnet('fe80::', 10, 'ipv6');

/** Addresses that mean another machine in another network (RFC 1918, RFC 4193, and RFC 6598 of carriers and clouds). */
const PRIVATE_BLOCKS = (
  [
    ['10.0.0.0', 8, 'ipv4'],
    ['172.16.0.0', 12, 'ipv4'],
    ['192.168.0.0', 16, 'ipv4'],
    ['100.64.0.0', 10, 'ipv4'],
    ['fc00::', 7, 'ipv6'],
  ] as const
).map(([network, prefix, family]) => {
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return { name: `${network}/${prefix}`, list };
});

/** What kind of address a host of a peer URL is, or a source address. IPv6 without brackets; a zone does not matter. */
export function addressKindOf(host: string): AddressKind {
  const name = withoutZone(host);
  if (isLoopbackHost(name)) return 'loopback';
  if (isUnspecifiedHost(name)) return 'unspecified';
  const address = parseAddress(name);
  if (address === undefined) return 'name';
  if (linkLocal.check(address)) return 'link-local';
  return findPrivateBlock(address) === undefined ? 'public' : 'private';
}

/** The range of private addresses that a host is in, such as `10.0.0.0/8`; undefined for any other host. */
export function privateBlockOf(host: string): string | undefined {
  const address = parseAddress(withoutZone(host));
  return address && findPrivateBlock(address);
}

function findPrivateBlock(address: SocketAddress): string | undefined {
  return PRIVATE_BLOCKS.find(({ list }) => list.check(address))?.name;
}

function withoutZone(host: string): string {
  return host.split('%', 1)[0] ?? '';
}

/**
 * Read once for all lists, each of which would do so with a text, and at most of the cost of a report. An IPv4 address
 * inside IPv6 counts as that IPv4 address: BlockList sees to it.
 */
function parseAddress(address: string): SocketAddress | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : new SocketAddress({ address, family: version === 6 ? 'ipv6' : 'ipv4' });
}
