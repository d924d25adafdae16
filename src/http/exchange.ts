import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Requester } from './requester.ts';

/** Sent with every answer, as etcd >= 3.4 does, so that pages of other origins may read it. */
export const CORS_HEADERS: readonly string[] = [
  'Access-Control-Allow-Headers',
  'accept, content-type, authorization',
  'Access-Control-Allow-Methods',
  'POST, GET, OPTIONS, PUT, DELETE',
  'Access-Control-Allow-Origin',
  '*',
];

/** The same for the API, which has methods of its own and answers what pages have to read. */
export const API_CORS_HEADERS: readonly string[] = [
  'Access-Control-Allow-Headers',
  'accept, content-type, authorization, last-event-id',
  'Access-Control-Allow-Methods',
  'GET, HEAD, POST, PATCH, DELETE, OPTIONS',
  'Access-Control-Allow-Origin',
  '*',
  'Access-Control-Expose-Headers',
  'Location, Retry-After',
];

/** One request with its answer. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly method: string;
  /** The raw path and the raw query (without `?`). */
  readonly path: string;
  readonly query: string;
  readonly requester: Requester;
  /** Headers of every answer, as name and value in turn. */
  readonly baseHeaders: readonly string[];
  /** Called once with the status of the answer. */
  readonly answered: (status: number) => void;
}

/** Answers with bytes that are ready to send. */
export function send(
  exchange: Exchange,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: readonly string[] = [],
): void {
  const { res } = exchange;
  if (res.headersSent || res.destroyed) return;
  const length = String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength);
  res.writeHead(status, [
    ...exchange.baseHeaders,
    ...headers,
    'Content-Type',
    contentType,
    'Content-Length',
    length,
  ]);
  res.end(exchange.method === 'HEAD' ? undefined : body);
  exchange.answered(status);
}

/** Plain text for a person with a terminal. */
export function sendText(
  exchange: Exchange,
  status: number,
  text: string,
  headers: readonly string[] = [],
  contentType: string = 'text/plain; charset=utf-8',
): void {
  send(exchange, status, contentType, text, headers);
}

/** Refuses a method, and says which ones there are. */
export function sendMethodNotAllowed(exchange: Exchange, allow: string): void {
  const text = `${exchange.method} does not belong here; use ${allow}\n`;
  sendText(exchange, 405, text, ['Allow', allow]);
}
