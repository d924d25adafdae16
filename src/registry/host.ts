import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

const unspecified = new BlockList();
unspecified.addAddress('0.0.0.0', 'ipv4');
unspecified.addAddress('::', 'ipv6');

/** Whether an IP address (IPv6 without brackets) means the machine itself. Text that is no address does not. */
export function isLoopbackAddress(address: string): boolean {
  return isIP(address) === 4 ? address.startsWith('127.') : isListed(loopback, address);
}

/** Whether a host name or IP address (IPv6 without brackets) means the machine itself. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(host);
}

/** Whether an IP address is the one that means "every address of this machine". */
export function isUnspecifiedHost(host: string): boolean {
  return isIP(host) === 4 ? host === '0.0.0.0' : isListed(unspecified, host);
}

/**
 * An IPv4 address inside IPv6 (`::ffff:127.0.0.1`) counts as that IPv4 address: BlockList sees to it. For plain
 * IPv4 it is not asked, since each question costs it an object and IPv4 has one spelling only.
 */
function isListed(list: BlockList, host: string): boolean {
  return isIP(host) === 6 && list.check(host, 'ipv6');
}
