import { BlockList, isIP } from 'node:net';
import { isLoopbackHost } from '../../registry/host.ts';
import { hostOf, portOf } from './ask.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that a program of Go takes for a URL by HTTP_PROXY, HTTPS_PROXY and NO_PROXY; undefined where it goes
 * there directly (golang.org/x/net:http/httpproxy/proxy.go). etcd's peers go by it, its discovery does not.
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy || isLoopbackHost(hostOf(url)) || isExcluded(url, env)) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isExcluded(url: URL, env: Environment): boolean {
  const { NO_PROXY, no_proxy } = env;
  return (NO_PROXY || no_proxy || '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .some((entry) => entry !== '' && isMatch(entry, hostOf(url).toLowerCase(), String(portOf(url))));
}

function isMatch(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(entry, host);
  const [, name = entry, entryPort] = /^(.*?):(\d+)$/.exec(isIP(entry) === 6 ? '' : entry) ?? [];
  if (entryPort !== undefined && entryPort !== port) return false;
  const bare = name.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return bare === host;
  // `foo.example` is the name and all below it, `.foo.example` and `*.foo.example` only what is below it.
  const suffix = bare.replace(/^\*/, '');
  return suffix.startsWith('.') ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`);
}

function isInNetwork(entry: string, host: string): boolean {
  const [network = '', prefix = ''] = entry.split('/');
  const versions = [isIP(network), isIP(host)];
  if (versions[0] === 0 || versions[1] === 0 || !/^\d{1,3}$/.test(prefix)) return false;
  const list = new BlockList();
  try {
    list.addSubnet(network, Number(prefix), versions[0] === 6 ? 'ipv6' : 'ipv4');
  } catch {
    return false;
  }
  return list.check(host, versions[1] === 6 ? 'ipv6' : 'ipv4');
}
