import { isIP } from 'node:net';
import { isMusterError, MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

// Every parser here takes the text of a setting and throws `bad-setting` with a predicate ("is not ...") as
// its message: whoever calls knows where the text came from and puts that in front.

/** Where to listen. An empty host is every address of the machine; port 0 is any free port. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Which store to open, and where. */
export type StoreChoice =
  | { readonly kind: 'lmdb'; readonly folder: string }
  | { readonly kind: 'memory' }
  /** `http://host:port` or `https://host:port`, one for each member. */
  | { readonly kind: 'etcd'; readonly endpoints: readonly string[] };

/** Where `/metrics` is served: beside everything else, on an address of its own, or nowhere. */
export type MetricsChoice =
  | { readonly kind: 'main' }
  | { readonly kind: 'own'; readonly address: HostPort }
  | { readonly kind: 'off' };

/** The host that a bare port listens on: a server is never opened to the network by leaving something out. */
const DEFAULT_HOST = '127.0.0.1';

function refuse(problem: string, remedy: string): never {
  throw new MusterError('bad-setting', problem, { remedy });
}

/** The value of a text. Says where a bad one came from and what it was. @throws MusterError `bad-setting` */
export function parseGiven<Value>(source: string, text: string, parse: (text: string) => Value): Value {
  try {
    return parse(text);
  } catch (error) {
    if (!isMusterError(error, 'bad-setting') || error.remedy === undefined) throw error;
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text;
    throw new MusterError('bad-setting', `${source} ${JSON.stringify(shown)} ${error.message}`, {
      remedy: error.remedy,
      cause: error,
    });
  }
}

/** Parses `HOST:PORT`, `[IPv6]:PORT`, `:PORT` or `*:PORT` (every address), or a bare `PORT` (127.0.0.1). */
export function parseHostPort(text: string): HostPort {
  const remedy =
    'Give HOST:PORT, such as 127.0.0.1:8087 or [::1]:8087; :8087 is every address of this machine.';
  const match = /^(?:(\[[^\]]*\]|[^:[\]]*):)?([0-9]{1,5})$/.exec(text);
  if (match === null) {
    if (isIP(text) !== 0) refuse('is an address without a port', remedy);
    return refuse('is not HOST:PORT', remedy);
  }
  const port = Number(match[2]);
  if (port > 65_535) refuse('has a port above 65535', remedy);
  const host = match[1];
  if (host === undefined) return { host: DEFAULT_HOST, port };
  if (host === '' || host === '*') return { host: '', port };
  if (host.startsWith('[')) {
    const address = host.slice(1, -1);
    if (isIP(address) !== 6) refuse('has no IPv6 address between the brackets', remedy);
    return { host: address, port };
  }
  const looksNumeric = /^[0-9.]+$/.test(host);
  if (looksNumeric ? isIP(host) !== 4 : !/^[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(host)) {
    refuse('has a host that is neither a name nor an address', remedy);
  }
  return { host, port };
}

/** The text of an address as a URL or a log line shows it: `127.0.0.1:8087`, `[::1]:8087`, `:8087`. */
export function formatHostPort({ host, port }: HostPort): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Parses the URL that machines reach this service by. The spelling is kept byte for byte, apart from trailing
 * slashes, because members hash it into their ids: `http://Muster:80` is not made `http://muster` here.
 */
export function parsePublicUrl(text: string): string {
  const remedy =
    'Give scheme, host and port only, such as https://discovery.example.com or http://10.0.0.5:8087.';
  const trimmed = text.replace(/\/+$/, '');
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)(.*)$/s.exec(trimmed);
  if (match === null) return refuse('is not a URL', remedy);
  const [, scheme = '', authority = '', rest = ''] = match;
  if (scheme !== 'http' && scheme !== 'https') refuse('does not begin with http:// or https://', remedy);
  if (authority.includes('@')) refuse('holds a user name or a password, which clients never send', remedy);
  if (rest.includes('#')) refuse('holds a fragment (#...)', remedy);
  if (rest.includes('?')) refuse('holds a query (?...)', remedy);
  if (rest !== '') {
    refuse(
      'holds a path, and Muster answers at the root of its host only',
      `${remedy} A host name of its own does it.`,
    );
  }
  if (!/^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?$/.test(authority) || !URL.canParse(trimmed)) {
    refuse('has no usable host and port', `${remedy} Names beyond ASCII are written as xn--...`);
  }
  const { hostname } = new URL(trimmed);
  if (hostname === '0.0.0.0' || hostname === '[::]') {
    refuse('names every address of a machine, which no other machine can reach', remedy);
  }
  return trimmed;
}

/** Parses `lmdb:DIR`, `etcd:URL[,URL...]` or `memory:`. */
export function parseStoreChoice(text: string): StoreChoice {
  const remedy =
    'Give lmdb:DIR (durable, on this machine), etcd:URL[,URL...] (an etcd cluster), or memory: (for trials, gone at exit).';
  const separator = text.indexOf(':');
  const kind = separator === -1 ? text : text.slice(0, separator);
  const rest = separator === -1 ? '' : text.slice(separator + 1);
  switch (kind) {
    case 'lmdb':
      if (rest === '') refuse('names no folder', 'Give lmdb:DIR, such as lmdb:/var/lib/muster.');
      if (rest.includes('\0')) refuse('holds a zero byte', remedy);
      return { kind, folder: rest };
    case 'memory':
      if (rest !== '') refuse('has something after "memory:", which keeps nothing anywhere', remedy);
      return { kind };
    case 'etcd':
      return { kind, endpoints: parseEtcdEndpoints(rest) };
    default:
      return refuse('is not a store that Muster knows', remedy);
  }
}

/** Where the members of an etcd cluster are asked: URLs with commas between. */
export function parseEtcdEndpoints(text: string): string[] {
  const remedy =
    'Give the client URLs of its members, such as etcd:http://10.0.0.1:2379,http://10.0.0.2:2379.';
  if (text.trim() === '') refuse('names no member of the etcd cluster', remedy);
  const endpoints = text.split(',').map((item) => {
    const url = URL.canParse(item.trim()) ? new URL(item.trim()) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol) || url.hostname === '') {
      return refuse(`has ${JSON.stringify(item)}, which is no http:// or https:// URL`, remedy);
    }
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '' || url.username !== '') {
      return refuse(`has ${JSON.stringify(item)}, which is more than a scheme, a host and a port`, remedy);
    }
    return url.origin;
  });
  const schemes = new Set(endpoints.map((endpoint) => new URL(endpoint).protocol));
  if (schemes.size > 1)
    refuse('mixes http:// and https://', 'Give the URLs of all members with the same scheme.');
  return [...new Set(endpoints)];
}

/** What stands before every key of Muster in a shared etcd. */
export function parseEtcdPrefix(text: string): string {
  if (/^\/[\x21-\x7e]{1,200}$/.test(text) && !text.endsWith('/')) return text;
  return refuse(
    'is no prefix of keys',
    'Give a path that begins with a slash and does not end in one, such as /discovery.',
  );
}

/** Seconds in each unit of a duration. */
const UNIT_SECONDS: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, m: 60, s: 1 };

/** The text of a whole number of seconds in the largest unit that fits: 604800 is `7d`. */
export function formatDuration(seconds: number): string {
  for (const [unit, unitSeconds] of Object.entries(UNIT_SECONDS)) {
    if (seconds > 0 && seconds % unitSeconds === 0) return `${seconds / unitSeconds}${unit}`;
  }
  return `${seconds}s`;
}

/** A parser of durations within limits: `30m`, `12h`, `7d`, `1h30m` (as Go writes it), or plain seconds. */
export function durationBetween(minSeconds: number, maxSeconds: number): (text: string) => number {
  const range = `${formatDuration(minSeconds)} to ${formatDuration(maxSeconds)}`;
  const remedy = `Give a whole number with d, h, m or s, such as 7d, 12h, 30m or 90s; ${range} is possible.`;
  return (text) => {
    if (!/^([0-9]{1,12}|([0-9]{1,12}[dhms])+)$/.test(text)) refuse('is not a duration', remedy);
    let seconds = 0;
    for (const [, amount, unit] of text.matchAll(/([0-9]+)([dhms]?)/g)) {
      seconds += Number(amount) * (UNIT_SECONDS[unit ?? ''] ?? 1);
    }
    if (seconds < minSeconds) refuse(`is shorter than ${formatDuration(minSeconds)}`, remedy);
    if (seconds > maxSeconds) refuse(`is longer than ${formatDuration(maxSeconds)}`, remedy);
    return seconds;
  };
}

/** A parser of whole numbers from `min` to `max`. */
export function wholeNumberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) {
      refuse('is not a number within the limits', `Give a whole number from ${min} to ${max}.`);
    }
    return value;
  };
}

/** A parser of one word out of a closed list. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    return refuse('is not one of the possible words', `Give one of: ${words.join(', ')}.`);
  };
}

/** Parses `on` or `off`; `true` and `false` are taken too, since YAML files say it so. */
export function parseSwitch(text: string): boolean {
  if (text === 'on' || text === 'true') return true;
  if (text === 'off' || text === 'false') return false;
  return refuse('is neither on nor off', 'Give on or off.');
}

/** Parses `main`, `off` or `HOST:PORT`. */
export function parseMetricsChoice(text: string): MetricsChoice {
  if (text === 'main' || text === 'off') return { kind: text };
  return { kind: 'own', address: parseHostPort(text) };
}

/** Parses the name of a file; whether it can be read shows when it is read. */
export function parseFileName(text: string): string {
  if (text === '' || text.includes('\0')) refuse('is not the name of a file', 'Give the path of a file.');
  return text;
}

/** Parses a comma list of addresses and CIDR ranges. All addresses at once are refused, however they are spelt. */
export function parseTrustedProxies(text: string): readonly string[] {
  const remedy = 'Give the addresses of your own proxies, such as 10.0.0.7 or 10.0.0.0/24,fd00::/64.';
  const items = text.split(',').map((item) => item.trim());
  for (const item of items) {
    const [address = '', prefix, more] = item.split('/');
    const version = isIP(address);
    // A range of fewer than 8 fixed bits is no network of one's own: two halves would be the whole internet.
    const tooWide = version !== 0 && /^0*[0-7]$/.test(prefix ?? '');
    if (tooWide || /^(all|any|\*|true|on)$/i.test(item)) {
      refuse('would trust every sender, so that anyone could claim to be any address', remedy);
    }
    const bits = version === 6 ? 128 : 32;
    const goodPrefix = prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= bits);
    if (version === 0 || !goodPrefix || more !== undefined || address.includes('%')) {
      refuse(
        `holds ${JSON.stringify(item.slice(0, 64))}, which is neither an address nor a CIDR range`,
        remedy,
      );
    }
  }
  return items;
}

/** Limits of a token's life, as a setting. */
export const parseTokenTtl: (text: string) => number = durationBetween(
  LIMITS.tokenTtlMinSeconds,
  LIMITS.tokenTtlMaxSeconds,
);
