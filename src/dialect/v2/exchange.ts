import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Requester } from '../requester.ts';
import { formatJson } from './documents.ts';
import { formatError, RequestError } from './errors.ts';

/** Sent with every answer, as etcd >= 3.4 does, so that pages of other origins may read it. */
export const CORS_HEADERS: readonly string[] = [
  'Access-Control-Allow-Headers',
  'accept, content-type, authorization',
  'Access-Control-Allow-Methods',
  'POST, GET, OPTIONS, PUT, DELETE',
  'Access-Control-Allow-Origin',
  '*',
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
  res.writeHead(status, [...headers, 'Content-Type', contentType, 'Content-Length', length]);
  res.end(exchange.method === 'HEAD' ? undefined : body);
  exchange.answered(status);
}

/** A plain sentence for a person with a terminal. */
export function sendText(exchange: Exchange, status: number, text: string, headers: string[] = []): void {
  send(exchange, status, 'text/plain; charset=utf-8', text, [...CORS_HEADERS, ...headers]);
}

/** What the store says of itself in the headers of a success. */
export interface IndexHeaders {
  readonly clusterId: string;
  /** X-Etcd-Index: at least the index of everything in the answer, and below that of everything later. */
  readonly index: number;
  readonly revision: number;
}

/** The headers of a success. Muster has no terms: `X-Raft-Term` stays 1. */
export function indexHeaders({ clusterId, index, revision }: IndexHeaders): string[] {
  return [
    ...CORS_HEADERS,
    'X-Etcd-Cluster-Id',
    clusterId,
    'X-Etcd-Index',
    String(index),
    'X-Raft-Index',
    String(revision),
    'X-Raft-Term',
    '1',
  ];
}

/**
 * Words an error for the client. Both the status and the JSON body carry it, since etcd 2.0 reads only the
 * status and later ones only the body.
 *
 * @param revision the store's revision now
 */
export function sendError(
  exchange: Exchange,
  error: unknown,
  key: string,
  clusterId: string,
  revision: number,
): void {
  const { status, errorCode, message, cause } = formatError(error, key);
  const index = error instanceof RequestError ? 0 : revision;
  const headers = [...CORS_HEADERS, 'X-Etcd-Cluster-Id', clusterId, 'X-Etcd-Index', String(index)];
  send(exchange, status, 'application/json', formatJson({ errorCode, message, cause, index }), headers);
}

/** Refuses a method, and says which ones there are. */
export function sendMethodNotAllowed(exchange: Exchange, allow: string): void {
  const text = `${exchange.method} does not belong here; use ${allow}\n`;
  sendText(exchange, 405, text, ['Allow', allow]);
}
