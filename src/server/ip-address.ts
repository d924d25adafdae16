import { isIP, SocketAddress } from 'node:net';

/** Begins an IPv4 address inside IPv6. */
const MAPPED = '::ffff:';

/**
 * The one spelling of an IP address: IPv4 also where it came as IPv4-mapped IPv6, IPv6 in its shortest form and
 * without a zone. Text that is no address comes back unchanged.
 */
export function normalizeAddress(text: string): string {
  // Most addresses are IPv4 and already as they should be.
  if (!text.includes(':')) return text;
  // This is how a socket that listens on IPv4 and IPv6 shows each IPv4 client.
  if (text.startsWith(MAPPED) && isIP(text.slice(MAPPED.length)) === 4) return text.slice(MAPPED.length);
  const zone = text.indexOf('%');
  const address = zone === -1 ? text : text.slice(0, zone);
  if (isIP(address) !== 6) return text;
  const shortest = new SocketAddress({ address, family: 'ipv6' }).address;
  return shortest.startsWith(MAPPED) && shortest.includes('.') ? shortest.slice(MAPPED.length) : shortest;
}

const GROUPS = 8;
const NETWORK_GROUPS = 4;

/** The groups of an IPv6 address that its `::` stands for, written out up to the first four. */
function firstGroups(address: string): readonly string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  if (tail === undefined) return before.slice(0, NETWORK_GROUPS);
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Math.max(0, GROUPS - before.length - after.length);
  return [...before, ...new Array<string>(zeros).fill('0'), ...after].slice(0, NETWORK_GROUPS);
}

/**
 * What is counted as one client: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one
 * of those usually has them all. Takes a normalized address.
 */
export function networkOf(address: string): string {
  return address.includes(':') ? `${firstGroups(address).join(':')}::/64` : address;
}
