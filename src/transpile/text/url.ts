import { fromByteText, toByteText } from './bytes.ts';
import { quote } from './quote.ts';
import { escapePart, isValidlyEscaped, UrlProblem, unescapePart } from './url-escapes.ts';

/** A URL in its parts, as Go's `net/url` takes one apart; every text has one character for each byte. */
export interface Url {
  readonly scheme: string;
  /** What is behind the scheme where no slash is: all of a `data:` URL. */
  readonly opaque: string;
  readonly user: string | undefined;
  readonly host: string;
  /** Whether the scheme is followed by a path at once. */
  readonly hasNoAuthority: boolean;
  readonly path: string;
  /** The path as it was written, where that is not how it would be encoded. */
  readonly rawPath: string;
  readonly hasQuery: boolean;
  readonly query: string;
  readonly fragment: string;
  readonly rawFragment: string;
}

const NOTHING: Url = {
  scheme: '',
  opaque: '',
  user: undefined,
  host: '',
  hasNoAuthority: false,
  path: '',
  rawPath: '',
  hasQuery: false,
  query: '',
  fragment: '',
  rawFragment: '',
};

function cut(text: string, mark: string): [before: string, behind: string, isFound: boolean] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, '', false] : [text.slice(0, at), text.slice(at + 1), true];
}

/** Reads a URL, or answers what is wrong with it in Go's words: `parse "http://a b": invalid character...`. */
export function parseUrl(text: string): Url | string {
  const bytes = toByteText(text);
  const [main, fragment] = cut(bytes, '#');
  let shown = main;
  try {
    const url = parseMain(main);
    if (fragment === '') return url;
    shown = bytes;
    const plain = unescapePart(fragment, 'fragment');
    return { ...url, fragment: plain, rawFragment: fragment };
  } catch (error) {
    if (error instanceof UrlProblem) return `parse ${quote(fromByteText(shown))}: ${error.message}`;
    throw error;
  }
}

function takeScheme(text: string): [scheme: string, rest: string] {
  if (text.startsWith(':')) throw new UrlProblem('missing protocol scheme');
  const match = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(text);
  return match === null ? ['', text] : [match[1]?.toLowerCase() ?? '', text.slice(match[0].length)];
}

function parseMain(text: string): Url {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (/[\0-\x1f\x7f]/.test(text)) throw new UrlProblem('net/url: invalid control character in URL');
  if (text === '*') return { ...NOTHING, path: '*' };
  const [scheme, behind] = takeScheme(text);
  const [rest, query, hasMark] = cut(behind, '?');
  const base = { ...NOTHING, scheme, query, hasQuery: hasMark };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...base, opaque: rest };
    if (cut(rest, '/')[0].includes(':'))
      throw new UrlProblem('first path segment in URL cannot contain colon');
  }
  const isHostBehind = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  if (!isHostBehind)
    return { ...base, ...parsePath(rest), hasNoAuthority: scheme !== '' && rest.startsWith('/') };
  const [, authority = '', path = ''] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  return { ...base, ...parseAuthority(authority), ...parsePath(path) };
}

function parsePath(written: string): Pick<Url, 'path' | 'rawPath'> {
  const path = unescapePart(written, 'path');
  return { path, rawPath: escapePart(path, 'path') === written ? '' : written };
}

function parseAuthority(authority: string): Pick<Url, 'user' | 'host'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1));
  if (at < 0) return { user: undefined, host };
  const written = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(written)) throw new UrlProblem('net/url: invalid userinfo');
  const [name, password, hasPassword] = cut(written, ':');
  const again = (part: string): string => escapePart(unescapePart(part, 'user'), 'user');
  return { user: hasPassword ? `${again(name)}:${again(password)}` : again(name), host };
}

function assertPort(written: string): void {
  if (!/^(?::[0-9]*)?$/.test(written))
    throw new UrlProblem(`invalid port ${quote(fromByteText(written))} after host`);
}

function parseHost(written: string): string {
  if (!written.startsWith('[')) {
    const colon = written.lastIndexOf(':');
    if (colon >= 0) assertPort(written.slice(colon));
    return unescapePart(written, 'host');
  }
  const end = written.lastIndexOf(']');
  if (end < 0) throw new UrlProblem("missing ']' in host");
  assertPort(written.slice(end + 1));
  const zone = written.slice(0, end).indexOf('%25');
  if (zone < 0) return unescapePart(written, 'host');
  return (
    unescapePart(written.slice(0, zone), 'host') +
    unescapePart(written.slice(zone, end), 'zone') +
    unescapePart(written.slice(end), 'host')
  );
}

function formatPath({ path, rawPath }: Url): string {
  if (rawPath !== '' && isValidlyEscaped(rawPath, 'path') && unescapePart(rawPath, 'path') === path)
    return rawPath;
  return path === '*' ? '*' : escapePart(path, 'path');
}

function formatAuthority({ scheme, host, path, user, hasNoAuthority }: Url): string {
  if (scheme === '' && host === '' && user === undefined) return '';
  if (hasNoAuthority && host === '' && user === undefined) return '';
  const slashes = host !== '' || path !== '' || user !== undefined ? '//' : '';
  return `${slashes}${user === undefined ? '' : `${user}@`}${escapePart(host, 'host')}`;
}

function formatFragment({ fragment, rawFragment }: Url): string {
  if (fragment === '') return '';
  return `#${isValidlyEscaped(rawFragment, 'fragment') ? rawFragment : escapePart(fragment, 'fragment')}`;
}

/** Writes a URL as Go does, which keeps what was written where it can. */
export function formatUrl(url: Url): string {
  const { scheme, opaque, host, hasQuery, query } = url;
  let text = scheme === '' ? '' : `${scheme}:`;
  if (opaque !== '') {
    text += opaque;
  } else {
    text += formatAuthority(url);
    const path = formatPath(url);
    if (path !== '' && !path.startsWith('/') && host !== '') text += '/';
    if (text === '' && cut(path, '/')[0].includes(':')) text += './';
    text += path;
  }
  return fromByteText(text + (hasQuery ? `?${query}` : '') + formatFragment(url));
}
