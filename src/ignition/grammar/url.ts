import { isIpv6 } from './ipv6.ts';

/** What Ignition looks at in a URL. */
export interface ParsedUrl {
  /** In lower case; empty where there is none. */
  readonly scheme: string;
  /** What stands behind `scheme:` where no slash does, without the query. */
  readonly opaque: string;
  readonly query: string;
}

/** A URL, or why it is none. */
export type UrlResult =
  | { readonly url: ParsedUrl; readonly problem?: never }
  | { readonly problem: string; readonly url?: never };

const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
/** What a host may hold as it is (RFC 3986, 3.2.2, and what Go adds), beside what is outside of ASCII. */
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]*$/;
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
/** In a host, only bytes outside of ASCII may be escaped, and the percent sign itself. */
const HOST_ESCAPE_OF_ASCII = /%(?!25)[0-7]/;

/**
 * Takes a URL apart as Go's `net/url` does, which Ignition asks. It takes more than the URL standard of browsers does
 * (`data:` and relative URLs as any other) and less (control characters, bad escapes).
 */
export function parseUrl(text: string): UrlResult {
  const [beforeFragment, fragment] = cut(text, '#');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\x00-\x1f\x7f]/.test(beforeFragment)) return { problem: 'it has a control character' };
  if (BAD_ESCAPE.test(fragment))
    return { problem: 'a "%" in its fragment has no two hexadecimal digits behind it' };
  if (beforeFragment === '*') return { url: { scheme: '', opaque: '', query: '' } };
  if (beforeFragment.startsWith(':')) return { problem: 'nothing stands before its first ":"' };
  const scheme = /^[A-Za-z][A-Za-z0-9+\-.]*(?=:)/.exec(beforeFragment)?.[0] ?? '';
  const behind = scheme === '' ? beforeFragment : beforeFragment.slice(scheme.length + 1);
  const [rest, query] = cut(behind, '?');
  const parts = { scheme: scheme.toLowerCase(), query };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { url: { ...parts, opaque: rest } };
    if (cut(rest, '/')[0].includes(':')) return { problem: 'what stands before its first ":" is no scheme' };
  }
  const problem = findProblem(parts.scheme, rest);
  return problem === undefined ? { url: { ...parts, opaque: '' } } : { problem };
}

function findProblem(scheme: string, rest: string): string | undefined {
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const [authority, path] = hasAuthority ? cutKeeping(rest.slice(2), '/') : ['', rest];
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const problem = findHostProblem(scheme, host);
  if (problem !== undefined) return problem;
  const userinfo = at < 0 ? '' : authority.slice(0, at);
  if (!USERINFO.test(userinfo)) return 'its user information has a character that may not stand there';
  if (BAD_ESCAPE.test(userinfo) || BAD_ESCAPE.test(path))
    return 'a "%" has no two hexadecimal digits behind it';
  return undefined;
}

function findHostProblem(scheme: string, host: string): string | undefined {
  const open = host.lastIndexOf('[');
  if (open > 0) return 'a "[" stands inside its host';
  if (open === 0) return findBracketProblem(host);
  const first = host.indexOf(':');
  // Go refuses a second colon in the host of http and https only; lists of hosts are usual elsewhere.
  const isStrict = scheme === 'http' || scheme === 'https';
  const colon = isStrict ? first : host.lastIndexOf(':');
  if (colon >= 0 && !isPort(host.slice(colon))) return `${JSON.stringify(host.slice(colon))} is no port`;
  return findCharacterProblem(host);
}

function findBracketProblem(host: string): string | undefined {
  const close = host.lastIndexOf(']');
  if (close < 0) return 'its host has a "[" and no "]"';
  if (!isPort(host.slice(close + 1))) return `${JSON.stringify(host.slice(close + 1))} is no port`;
  const name = host.slice(1, close);
  const zone = name.indexOf('%25');
  const address = zone < 0 ? name : name.slice(0, zone);
  if (BAD_ESCAPE.test(name)) return 'a "%" has no two hexadecimal digits behind it';
  if (!isIpv6(address) || (zone >= 0 && name.length === zone + 3)) {
    return `${JSON.stringify(name)} stands in brackets and is no IPv6 address`;
  }
  return zone < 0 ? undefined : findCharacterProblem(name.slice(zone + 3));
}

function findCharacterProblem(host: string): string | undefined {
  if (BAD_ESCAPE.test(host)) return 'a "%" has no two hexadecimal digits behind it';
  if (!HOST.test(host)) return 'its host has a character that may not stand there';
  if (HOST_ESCAPE_OF_ASCII.test(host)) return 'its host has an escape that no host may have';
  return undefined;
}

function isPort(text: string): boolean {
  return /^(?::\d*)?$/.test(text);
}

/** What stands before and behind the first `mark`. */
function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function cutKeeping(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at)];
}

/** The first value of a parameter of a query; undefined where it is absent or cannot be read. */
export function queryParameter(query: string, name: string): string | undefined {
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';') || BAD_ESCAPE.test(pair)) continue;
    const [key, value] = cut(pair, '=');
    if (unescapeQuery(key) === name) return unescapeQuery(value);
  }
  return undefined;
}

function unescapeQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // Bytes that are no UTF-8 are some text or other, and no name that is asked for.
    return text;
  }
}
