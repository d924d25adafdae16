import { isToken } from '../../registry/token.ts';

/** What a path of the API names. `none` says why it names nothing. */
export type ApiRoute =
  | { readonly kind: 'openapi' }
  | { readonly kind: 'tokens' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'events'; readonly token: string }
  | { readonly kind: 'initial-cluster'; readonly token: string }
  | { readonly kind: 'boot-config'; readonly token: string }
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

const PREFIX = '/v1';
const BELOW_TOKEN = ['events', 'initial-cluster', 'boot-config'] as const;
const SEE_DOCUMENT = 'GET /v1/openapi.json describes every path';

/** Whether a path is one of the API's, be there something or not. No token begins like that. */
export function isApiPath(path: string): boolean {
  return path === PREFIX || path.startsWith(`${PREFIX}/`);
}

/**
 * Reads the path of a request.
 *
 * @param path the raw path, without the query, for which `isApiPath` holds
 */
export function parseApiRoute(path: string): ApiRoute {
  const [collection = '', token, leaf, ...more] = path.slice(PREFIX.length + 1).split('/');
  if (collection === 'openapi.json' && token === undefined) return { kind: 'openapi' };
  if (collection !== 'tokens' || more.length > 0) return none('the path names nothing', SEE_DOCUMENT);
  if (token === undefined) return { kind: 'tokens' };
  if (!isToken(token)) {
    return none(
      `"${token.slice(0, 64)}" is not a token`,
      'a token has 32 digits 0-9 and a-f, the last part of a discovery URL',
    );
  }
  if (leaf === undefined) return { kind: 'token', token };
  const kind = BELOW_TOKEN.find((name) => name === leaf);
  return kind === undefined ? none(`a token has no "${leaf.slice(0, 64)}"`, SEE_DOCUMENT) : { kind, token };
}

function none(reason: string, remedy: string): ApiRoute {
  return { kind: 'none', reason, remedy };
}
