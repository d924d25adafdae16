import type { IncomingMessage } from 'node:http';
import { PARAMETER_NAMES } from '../dialect/v2/parameters.ts';
import type { Route } from '../dialect/v2/route.ts';
import { acceptsHtml } from '../web/accept.ts';
import { parseOwnPath, type WebRoute } from '../web/web-route.ts';

/**
 * Which page a request is for: those that are nothing else, and for browsers the home page, that of a token, and the one
 * about a path that names nothing. Undefined for every other client, and for what etcd asks of a token.
 */
export function parseWebRoute(
  { method, headers }: IncomingMessage,
  path: string,
  query: string,
  route: Route,
): WebRoute | undefined {
  const own = parseOwnPath(path);
  if (own !== undefined) return own;
  if ((method !== 'GET' && method !== 'HEAD') || !acceptsHtml(headers.accept)) return undefined;
  if (path === '/') return { kind: 'home' };
  if (route.kind === 'none') return /^\/v[0-9]/.test(path) ? undefined : route;
  if (route.kind !== 'registry' || !path.startsWith(`/${route.token}`)) return undefined;
  if ([...new URLSearchParams(query).keys()].some((name) => PARAMETER_NAMES.has(name))) return undefined;
  return { kind: 'token', token: route.token };
}
