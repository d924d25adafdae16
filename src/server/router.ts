import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveV2, type V2Options } from '../dialect/v2/handler.ts';
import { parseRoute } from '../dialect/v2/route.ts';
import type { Exchange } from '../http/exchange.ts';
import type { Requester } from '../http/requester.ts';
import { type PageName, type PagesOptions, parsePageName, servePage } from './pages.ts';

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
  | PageName;

/** What the router needs of its surroundings. */
export interface RouterOptions {
  readonly identify: (req: IncomingMessage) => Requester;
  readonly v2: V2Options;
  readonly pages: PagesOptions;
  /** Told of every answer. A watch is as long as it takes, so its time says nothing. */
  readonly onAnswer: (route: RouteName, status: number, seconds: number) => void;
}

/** Sends each request to the page or the dialect that its path names. */
export function createRouter(options: RouterOptions): (req: IncomingMessage, res: ServerResponse) => void {
  const { identify, v2, pages, onAnswer } = options;
  return (req, res) => {
    const startedAt = performance.now();
    const { path, query } = splitTarget(req.url ?? '/');
    const page = parsePageName(path);
    const route = page === undefined ? parseRoute(path) : undefined;
    const name = page ?? nameOf(route?.kind ?? 'none', query);
    const exchange: Exchange = {
      req,
      res,
      method: req.method ?? 'GET',
      path,
      query,
      requester: identify(req),
      answered: (status) => onAnswer(name, status, (performance.now() - startedAt) / 1000),
    };
    if (route !== undefined) {
      void serveV2(exchange, route, v2);
    } else if (page !== undefined) {
      servePage(exchange, page, pages).catch((error: unknown) => {
        v2.onFault(error);
        res.destroy();
      });
    }
  };
}

/** The name of a v2 route; one that waits has a name of its own. */
function nameOf(kind: Exclude<RouteName, PageName | 'watch'>, query: string): RouteName {
  return kind !== 'new' && kind !== 'none' && query.includes('wait=true') ? 'watch' : kind;
}

/**
 * Path and query of a request target. A client behind `--discovery-proxy` sends the whole URL (RFC 9112, 3.2.2).
 */
export function splitTarget(target: string): { path: string; query: string } {
  const origin = /^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? '';
  const rest = target.slice(origin.length);
  const mark = rest.indexOf('?');
  const path = mark === -1 ? rest : rest.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : rest.slice(mark + 1) };
}
