import type { Requester } from '../../http/requester.ts';
import { PARAMETER_NAMES } from './parameters.ts';

/** A request below a token, as far as it tells how the client spells the discovery URL. */
export interface SpellingInput {
  readonly requester: Requester;
  /** The operator's public URL, without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly token: string;
  /** Raw path of the member's key: the discovery URL's path, a slash, the id. */
  readonly path: string;
  /** Raw query without `?`. */
  readonly query: string;
}

/**
 * Every text that the client may have hashed its member id with: the discovery URL in each spelling that leads
 * to this request, and the bare token. Userinfo, a fragment and a path that a proxy rewrote do not reach the
 * server, so such spellings are not among them.
 */
export function listSalts(input: SpellingInput): string[] {
  const { requester, publicUrl, token } = input;
  const origins = new Set(publicUrl === undefined ? [] : [publicUrl]);
  for (const authority of requester.authorities) {
    origins.add(`http://${authority}`);
    origins.add(`https://${authority}`);
  }
  const folder = folderOf(input.path);
  const query = ownQuery(input.query);
  const tails = [folder, `${folder}/`];
  if (query !== '') tails.push(`${folder}?${query}`, `${folder}/?${query}`);
  const salts: string[] = [];
  for (const origin of origins) {
    for (const tail of tails) salts.push(origin + tail);
  }
  return [...salts, token];
}

/** A path without its last segment. No regular expression: those for this take quadratic time on many slashes. */
function folderOf(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, Math.max(path.lastIndexOf('/', end - 1), 0));
}

/** The part of the query that belongs to the discovery URL: it rides on every request of its client. */
function ownQuery(query: string): string {
  return query
    .split('&')
    .filter((pair) => pair !== '' && !PARAMETER_NAMES.has(pair.split('=', 1)[0] ?? ''))
    .join('&');
}
