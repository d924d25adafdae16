import type { IncomingHttpHeaders } from 'node:http2';
import { BlockList, isIP } from 'node:net';
import { normalizeAddress } from './ip-address.ts';

/** Which senders may say for whom they send. */
export interface ProxyTrust {
  /** Takes a normalized address. */
  trusts(address: string): boolean;
}

/** Where a request comes from, as far as it can be known. */
export interface RequestSource {
  /** The normalized IP address of the client, or `unknown` when its connection is gone already. */
  readonly address: string;
  /** A trusted proxy sent the request, so its connection says nothing about the client's. */
  readonly isProxied: boolean;
  /** The `host[:port]` that a trusted proxy was asked for. */
  readonly forwardedHost: string | undefined;
  /** The scheme by which a trusted proxy was asked. */
  readonly forwardedScheme: 'http' | 'https' | undefined;
}

/** Trust in a list of addresses and CIDR ranges, as `--trust-proxy` takes them. An empty list trusts nobody. */
export function createProxyTrust(addresses: readonly string[]): ProxyTrust {
  if (addresses.length === 0) return { trusts: () => false };
  const list = new BlockList();
  for (const item of addresses) {
    const [address = '', prefix] = item.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return {
    trusts(address) {
      const version = isIP(address);
      return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
    },
  };
}

/** One entry of X-Forwarded-For: an address, which some proxies write with a port. */
function parseForwardedAddress(entry: string): string | undefined {
  const text = entry.trim();
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::[0-9]+)?|([0-9.]+):[0-9]+)$/.exec(text) ?? [];
  const address = normalizeAddress(bracketed ?? plain ?? text);
  return isIP(address) === 0 ? undefined : address;
}

/**
 * Walks X-Forwarded-For from its right end, where the nearest proxy wrote, for as long as the writer is trusted.
 * Whatever stands further left may have been made up by the client.
 */
function clientBehind(proxy: string, forwardedFor: string, trust: ProxyTrust): string {
  let address = proxy;
  let rest = forwardedFor;
  while (rest !== '' && trust.trusts(address)) {
    const comma = rest.lastIndexOf(',');
    const next = parseForwardedAddress(rest.slice(comma + 1));
    if (next === undefined) break;
    address = next;
    rest = comma === -1 ? '' : rest.slice(0, comma);
  }
  return address;
}

/** The value that the nearest proxy wrote: the last one, since a proxy that adds to a list adds at its end. */
function lastValue(header: string | string[] | undefined): string {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text.slice(text.lastIndexOf(',') + 1).trim();
}

/** A `host[:port]` as a Host header has it; undefined where it is none that a URL could hold. */
export function parseAuthority(text: string | undefined): string | undefined {
  const match = text === undefined ? null : AUTHORITY.exec(text);
  return match !== null && Number(match[2] ?? 0) <= PORT_MAX ? match[0] : undefined;
}

/** Each label of a name has at least one character. */
const AUTHORITY = /^((?!\.|[^:]*\.\.)[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::([0-9]{1,5}))?$/;
const PORT_MAX = 65_535;

/**
 * Who sent a request: the peer of its connection, or, where that is a trusted proxy, whom the proxy names.
 * X-Forwarded headers of anybody else are not even looked at, and values that make no sense are left out.
 */
export function findSource(
  peerAddress: string | undefined,
  headers: IncomingHttpHeaders,
  trust: ProxyTrust,
): RequestSource {
  const peer = peerAddress === undefined ? 'unknown' : normalizeAddress(peerAddress);
  if (!trust.trusts(peer)) {
    return { address: peer, isProxied: false, forwardedHost: undefined, forwardedScheme: undefined };
  }
  const forwardedFor = headers['x-forwarded-for'];
  const host = lastValue(headers['x-forwarded-host']);
  const scheme = lastValue(headers['x-forwarded-proto']).toLowerCase();
  return {
    address: clientBehind(
      peer,
      Array.isArray(forwardedFor) ? forwardedFor.join(',') : (forwardedFor ?? ''),
      trust,
    ),
    isProxied: true,
    forwardedHost: parseAuthority(host),
    forwardedScheme: scheme === 'http' || scheme === 'https' ? scheme : undefined,
  };
}
