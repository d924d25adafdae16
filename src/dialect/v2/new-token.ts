import { isMusterError } from '../../errors.ts';
import { type Exchange, sendMethodNotAllowed, sendText } from '../../http/exchange.ts';
import {
  assertMayWrite,
  type FloodGate,
  originOf,
  type Requester,
  takeNewToken,
} from '../../http/requester.ts';
import { parseClusterSize } from '../../registry/cluster-size.ts';
import { parseTokenTtl } from '../../registry/create.ts';
import type { Registry } from '../../registry/registry.ts';
import { readForm } from './body.ts';
import { RequestError } from './errors.ts';
import { mergeForms, parseForm } from './form.ts';

/** What `/new` needs of its surroundings. */
export interface NewTokenOptions {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  /** The operator's public URL, without a slash at the end. */
  readonly publicUrl: string | undefined;
  readonly tokenTtlSeconds: number;
  /** Throws `not-permitted` unless the requester may make tokens. */
  readonly assertMayCreate: (requester: Requester) => void;
}

/**
 * `/new`: issues a token and answers its discovery URL, without a line feed, since scripts capture it. HEAD and
 * OPTIONS issue none.
 */
export async function serveNewToken(exchange: Exchange, options: NewTokenOptions): Promise<void> {
  const { method, requester } = exchange;
  if (method === 'HEAD' || method === 'OPTIONS') return sendText(exchange, 200, '');
  if (!['GET', 'POST', 'PUT'].includes(method)) {
    return sendMethodNotAllowed(exchange, 'GET, POST, PUT');
  }
  try {
    const query = parseForm(exchange.query);
    const form = method === 'GET' ? query : mergeForms(await readForm(exchange.req), query);
    const size = parseClusterSize(form.get('size'));
    const ttl = form.get('ttl') ?? '';
    const ttlSeconds = ttl === '' ? options.tokenTtlSeconds : parseTokenTtl(ttl);
    assertMayWrite(requester);
    options.assertMayCreate(requester);
    const origin = options.publicUrl ?? requireOrigin(requester);
    takeNewToken(options.floodGate, requester);
    const token = await options.registry.create({ size, ttlSeconds });
    sendText(exchange, 200, `${origin}/${token}`);
  } catch (error) {
    sendRefusal(exchange, error);
  }
}

function requireOrigin(requester: Requester): string {
  const origin = originOf(requester);
  if (origin !== undefined) return origin;
  throw new RequestError(209, 'the request has no valid Host header, so the discovery URL is unknown');
}

function sendRefusal(exchange: Exchange, error: unknown): void {
  const { status, headers } = refusalOf(error);
  const { message, remedy } = error as { message: string; remedy?: string };
  sendText(exchange, status, `${remedy === undefined ? message : `${message}: ${remedy}`}\n`, headers);
}

/** Answers for scripts of the public service: the reason as text. Throws what is a fault of ours. */
function refusalOf(error: unknown): { status: number; headers?: string[] } {
  if (error instanceof RequestError) return { status: error.status };
  if (!isMusterError(error)) throw error;
  switch (error.code) {
    case 'rate-limited':
      return { status: 429, headers: ['Retry-After', String(error.retryAfterSeconds ?? 1)] };
    case 'not-permitted':
      return { status: 403 };
    case 'store-unavailable':
    case 'store-closed':
      return { status: 503, headers: ['Retry-After', '1'] };
    default:
      return { status: 400 };
  }
}
