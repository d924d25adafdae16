import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApiOptions, serveApi } from '../dialect/api/handler.ts';
import { type ApiRoute, isApiPath, parseApiRoute } from '../dialect/api/route.ts';
import { serveV2, type V2Options } from '../dialect/v2/handler.ts';
import { parseRoute, type Route } from '../dialect/v2/route.ts';
import { API_CORS_HEADERS, CORS_HEADERS, type Exchange, sendText } from '../http/exchange.ts';
import { serveWeb, type WebOptions } from '../web/handler.ts';
import type { WebRoute } from '../web/web-route.ts';
import type { Identify } from './identify.ts';
import { type PageName, type PagesOptions, parsePageName, servePage } from './pages.ts';
import { parseWebRoute } from './web-routes.ts';

/** What a request is about, for metrics: a closed list, so that nothing of a client's gets into a label. */
export type RouteName =
  | 'new'
  | 'registry'
  | 'member'
  | 'size'
  | 'config'
  | 'state'
  | 'watch'
  | 'none'
  | `api-${Exclude<ApiRoute['kind'], 'none'>}`
  | 'page'
  | 'asset'
  | PageName;

/** Answers one request of a listener. */
export type Serve = (req: IncomingMessage, res: ServerResponse) => void;

/** What every router needs of its surroundings. */
export interface PagesRouterOptions {
  readonly identify: Identify;
  readonly pages: PagesOptions;
  /** Whether pages of other origins may read the answers. */
  readonly cors: boolean;
  /** Told of every answer. A watch is as long as it takes, so its time says nothing. */
  readonly onAnswer: (route: RouteName, status: number, seconds: number) => void;
  /** Told about faults of ours, which clients are not. */
  readonly onFault: (error: unknown) => void;
}

/** What the router of the service needs beside that. */
export interface RouterOptions extends PagesRouterOptions {
  readonly v2: V2Options;
  readonly api: ApiOptions;
  readonly web: WebOptions;
}

/** Sends each request to the page or the dialect that its path names. */
export function createRouter(options: RouterOptions): Serve {
  const servePages = createPagesRouter(options);
  return (req, res) => {
    const { path, query } = splitTarget(req.url ?? '/');
    if (isApiPath(path)) {
      const route = parseApiRoute(path);
      const name = route.kind === 'none' ? 'none' : (`api-${route.kind}` as const);
      const exchange = openExchange(req, res, { path, query }, name, options, API_CORS_HEADERS);
      return void serveApi(exchange, route, options.api);
    }
    const route = parseRoute(path);
    const page = parseWebRoute(req, path, query, route);
    if (page !== undefined) {
      // Pages of other origins have no business in those for people.
      const exchange = openExchange(req, res, { path, query }, WEB_NAMES[page.kind], {
        ...options,
        cors: false,
      });
      return void serveWeb(exchange, page, options.web);
    }
    if (parsePageName(path) !== undefined) return servePages(req, res);
    const exchange = openExchange(req, res, { path, query }, nameOf(route.kind, query), options);
    void serveV2(exchange, route, options.v2);
  };
}

/** Serves the pages beside the discovery protocol, all or only some: for a listener of their own. */
export function createPagesRouter(options: PagesRouterOptions, only?: readonly PageName[]): Serve {
  return (req, res) => {
    const target = splitTarget(req.url ?? '/');
    const page = parsePageName(target.path);
    const exchange = openExchange(req, res, target, page ?? 'none', options);
    if (page === undefined || only?.includes(page) === false)
      return sendText(exchange, 404, 'there is no such page here\n');
    servePage(exchange, page, options.pages).catch((error: unknown) => {
      options.onFault(error);
      res.destroy();
    });
  };
}

const WEB_NAMES: Readonly<Record<WebRoute['kind'], RouteName>> = {
  home: 'home',
  'new-form': 'new',
  token: 'page',
  findings: 'page',
  transpile: 'page',
  asset: 'asset',
  none: 'none',
};

function openExchange(
  req: IncomingMessage,
  res: ServerResponse,
  { path, query }: { path: string; query: string },
  name: RouteName,
  { identify, cors, onAnswer }: PagesRouterOptions,
  corsHeaders: readonly string[] = CORS_HEADERS,
): Exchange {
  const startedAt = performance.now();
  return {
    req,
    res,
    method: req.method ?? 'GET',
    path,
    query,
    requester: identify(req.socket, req.headers),
    baseHeaders: cors ? corsHeaders : [],
    answered: (status) => onAnswer(name, status, (performance.now() - startedAt) / 1000),
  };
}

/** The name of a v2 route; one that waits has a name of its own. */
function nameOf(kind: Route['kind'], query: string): RouteName {
  return kind !== 'new' && kind !== 'none' && query.includes('wait=true') ? 'watch' : kind;
}

/**
 * Path and query of a request target. A client behind `--discovery-proxy` sends the whole URL (RFC 9112, 3.2.2).
 */
function splitTarget(target: string): { path: string; query: string } {
  const origin = target.startsWith('/') ? '' : (/^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? '');
  const rest = target.slice(origin.length);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : rest.slice(mark + 1) };
}
