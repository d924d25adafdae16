import { isMusterError } from '../errors.ts';
import { type Exchange, sendMethodNotAllowed, sendText } from '../http/exchange.ts';
import { originOf } from '../http/requester.ts';

/** What the pages beside the discovery protocol need. */
export interface PagesOptions {
  /** Rejects with the reason when the store cannot be used. */
  readonly assertHealthy: () => Promise<void>;
  /** The metrics in Prometheus' text form; undefined where they are served elsewhere or not at all. */
  readonly renderMetrics: (() => Promise<{ contentType: string; body: string }>) | undefined;
}

/** A path that does not belong to the discovery protocol. */
export type PageName = 'home' | 'health' | 'live' | 'metrics' | 'robots';

const PAGES: ReadonlyMap<string, PageName> = new Map([
  ['/', 'home'],
  ['/health', 'health'],
  ['/readyz', 'health'],
  ['/livez', 'live'],
  ['/metrics', 'metrics'],
  ['/robots.txt', 'robots'],
]);

/** Which page a path names, if any. */
export function parsePageName(path: string): PageName | undefined {
  return PAGES.get(path);
}

const HOME = `Muster: cluster discovery for etcd

  A new token for a cluster of 3:   curl -w "\\n" '%ORIGIN%/new?size=3'
  Start every member with it:       etcd --discovery URL ...
  See who has registered:           curl URL
`;

const ROBOTS = 'User-agent: *\nDisallow: /';

/** Serves a page. Rejects only on a fault of ours. */
export async function servePage(exchange: Exchange, name: PageName, options: PagesOptions): Promise<void> {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    return sendMethodNotAllowed(exchange, 'GET, HEAD');
  }
  switch (name) {
    case 'home':
      return sendText(exchange, 200, HOME.replace('%ORIGIN%', originOf(exchange.requester) ?? 'http://HOST'));
    case 'robots':
      return sendText(exchange, 200, ROBOTS);
    case 'health':
    case 'live': {
      const { status, text } = await readHealth(name, options);
      return sendText(exchange, status, text, ['Cache-Control', 'no-store']);
    }
    case 'metrics': {
      if (options.renderMetrics === undefined)
        return sendText(exchange, 404, 'metrics are not served here\n');
      const { contentType, body } = await options.renderMetrics();
      return sendText(exchange, 200, body, ['Cache-Control', 'no-store'], contentType);
    }
  }
}

/**
 * 200 `OK`, as the public service answered. `health`: while tokens can be read and made. `live`: whenever this process
 * answers at all, whatever its store does: a new start would not mend a store, and would cost every watch.
 */
export async function readHealth(
  name: 'health' | 'live',
  { assertHealthy }: Pick<PagesOptions, 'assertHealthy'>,
): Promise<{ status: 200 | 503; text: string }> {
  try {
    if (name === 'health') await assertHealthy();
    return { status: 200, text: 'OK' };
  } catch (error) {
    const reason = isMusterError(error) ? error.message : 'the store does not answer';
    return { status: 503, text: `${reason}\n` };
  }
}
