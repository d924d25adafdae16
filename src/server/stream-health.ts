import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { CORS_HEADERS } from '../http/exchange.ts';
import type { ServeStream } from './http2-sessions.ts';
import { type PagesOptions, parsePageName, readHealth } from './pages.ts';
import type { PagesRouterOptions } from './router.ts';

/** A router's options as far as they matter here. */
type StreamHealthOptions = Pick<PagesRouterOptions, 'cors' | 'onAnswer' | 'onFault'> & {
  readonly pages: Pick<PagesOptions, 'assertHealthy'>;
};

/**
 * Answers `GET` of `/health`, `/readyz` and `/livez` over HTTP/2 as over HTTP/1.1, for load balancers that speak to a gRPC service in nothing else.
 * Every other stream goes on to `serve`.
 */
export function withHealth(serve: ServeStream, options: StreamHealthOptions): ServeStream {
  return (stream, headers, connection) => {
    const { ':method': method, ':path': path = '' } = headers;
    const isRead = method === 'GET' || method === 'HEAD';
    const page = isRead ? parsePageName(path.replace(/\?.*$/, '')) : undefined;
    if (page !== 'health' && page !== 'live') return serve(stream, headers, connection);
    answerHealth(page, stream, method === 'GET', options).catch((error: unknown) => {
      options.onFault(error);
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    });
  };
}

async function answerHealth(
  page: 'health' | 'live',
  stream: ServerHttp2Stream,
  hasBody: boolean,
  { pages, cors, onAnswer }: StreamHealthOptions,
): Promise<void> {
  const startedAt = performance.now();
  const { status, text } = await readHealth(page, pages);
  if (stream.destroyed || stream.closed) return;
  const headers: OutgoingHttpHeaders = {
    ':status': status,
    'cache-control': 'no-store',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  };
  for (let at = 0; cors && at < CORS_HEADERS.length; at += 2) {
    headers[String(CORS_HEADERS[at]).toLowerCase()] = CORS_HEADERS[at + 1];
  }
  stream.respond(headers, { endStream: !hasBody });
  // A client that has not ended its own side would keep the stream half open.
  const close = (): void => stream.close(constants.NGHTTP2_NO_ERROR);
  if (hasBody) stream.end(text, close);
  else close();
  onAnswer(page, status, (performance.now() - startedAt) / 1000);
}
