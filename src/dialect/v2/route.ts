import { isToken } from '../../registry/token.ts';

/** What a path names. `none` says why it names nothing. */
export type Route =
  | { readonly kind: 'new' }
  | { readonly kind: 'registry'; readonly token: string }
  | { readonly kind: 'config'; readonly token: string }
  | { readonly kind: 'size'; readonly token: string }
  | { readonly kind: 'state'; readonly token: string }
  | { readonly kind: 'member'; readonly token: string; readonly memberId: string }
  | { readonly kind: 'none'; readonly reason: string; readonly remedy: string };

const TOKEN_FORM = 'a discovery URL ends in a token of 32 digits 0-9 and a-f, as /new printed it';

/**
 * Reads the path of a request: the public service's (`/T`, `/T/<id>`), with the doubled slash of etcd 0.4, and
 * the one of a keys API (`/v2/keys/_etcd/registry/T`), for clients that were pointed at an etcd before. `%2F`
 * separates as `/` does, as in etcd.
 *
 * @param path the raw path, without the query
 */
export function parseRoute(path: string): Route {
  const text = decodePath(path);
  if (text === undefined) return none('the path has a bad escape', 'write % as %25, in UTF-8');
  const segments = text.split('/').filter((segment) => segment !== '');
  const [first = '', second] = segments;
  if (first === 'new' && segments.length === 1) return { kind: 'new' };
  if (first === 'v2' && second === 'keys') return parseRegistryPath(segments.slice(2));
  if (first === '_etcd') return parseRegistryPath(segments);
  return parseTokenPath(segments);
}

function decodePath(path: string): string | undefined {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function parseRegistryPath(segments: string[]): Route {
  const [root, registry, ...rest] = segments;
  if (root === '_etcd' && registry === 'registry') return parseTokenPath(rest);
  return none('only keys below /_etcd/registry are served here', TOKEN_FORM);
}

function parseTokenPath(segments: string[]): Route {
  const [token = '', name, leaf, ...more] = segments;
  if (!isToken(token)) return none(`"${token.slice(0, 64)}" is not a token`, TOKEN_FORM);
  if (name === undefined) return { kind: 'registry', token };
  if (leaf === undefined) {
    if (name === '_config') return { kind: 'config', token };
    if (name === '_state') return { kind: 'state', token };
    return { kind: 'member', token, memberId: name };
  }
  if (name === '_config' && leaf === 'size' && more.length === 0) return { kind: 'size', token };
  return none('a token has no folders of its own', 'members stand right below the token: /TOKEN/MEMBER-ID');
}

function none(reason: string, remedy: string): Route {
  return { kind: 'none', reason, remedy };
}
