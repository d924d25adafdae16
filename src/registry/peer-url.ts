import { isIPv6 } from 'node:net';
import { isLoopbackHost, isUnspecifiedHost } from './host.ts';

/** A peer URL taken apart. */
export interface PeerUrl {
  readonly url: string;
  /** Without brackets where it is an IPv6 address. */
  readonly host: string;
  readonly port: string;
  readonly isLoopback: boolean;
}

/** What is wrong with a peer URL, and what it should be. */
export interface PeerUrlProblem {
  readonly problem: string;
  readonly remedy: string;
  /** The URL is well-formed, and its address means every one of the machine. */
  readonly isUnspecified?: boolean;
}

const SHAPE = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)(.*)$/;
/** As in Go, a `%` in a host is an error, apart from the zone of an IPv6 address (go: net/url, Parse). */
const AUTHORITY = /^(?:[^@\s]*@)?(?:\[([^\]]*)\]|([^:[\]<>"^`{|}\\%\s]*))(?::([0-9]*))?$/;
const SCHEMES = ['http', 'https', 'unix', 'unixs'];

/**
 * Takes a peer URL apart, or says why no other member could use it. The first rules are etcd's own
 * (etcd-io/etcd:pkg/types/urls.go, NewURLs: scheme, `host:port`, no path); an address that means "any address"
 * is refused since no other machine can connect to it.
 */
export function parsePeerUrl(url: string): PeerUrl | PeerUrlProblem {
  const flag = '--initial-advertise-peer-urls';
  const [, scheme = '', authority = '', rest = ''] = SHAPE.exec(url) ?? [];
  if (!SCHEMES.includes(scheme.toLowerCase())) {
    return {
      problem: 'has no scheme that etcd takes',
      remedy: `write ${flag} as http://ADDRESS:2380 or https://ADDRESS:2380`,
    };
  }
  const [, ip6, name = '', port = ''] = AUTHORITY.exec(authority) ?? [];
  const host = ip6 ?? name;
  if (host === '' || (ip6 !== undefined && !isIPv6(ip6))) {
    return { problem: 'has no valid host', remedy: `put this machine's address into ${flag}` };
  }
  if (!(Number(port) >= 1 && Number(port) <= 65_535)) {
    return { problem: 'has no valid port', remedy: `add the peer port to ${flag}, usually :2380` };
  }
  if (rest !== '') {
    return { problem: `has "${rest}" after the port`, remedy: `end ${flag} after the port, without a path` };
  }
  if (isUnspecifiedHost(host)) {
    return {
      problem: 'names every address instead of one that other machines can reach',
      remedy: `put this machine's own address into ${flag}; 0.0.0.0 belongs into --listen-peer-urls only`,
      isUnspecified: true,
    };
  }
  // A unix socket is reached from its own machine only.
  const isLoopback = isLoopbackHost(host) || /^unix/i.test(scheme);
  return { url, host, port, isLoopback };
}
