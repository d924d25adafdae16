import { type IncomingHttpHeaders, request } from 'node:http';
import type { ManagedToken } from '../../src/api-client/managed-token.ts';

/** An answer of the API. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly value: unknown;
}

/** What is sent. */
export interface ApiRequest {
  readonly method?: string;
  readonly path: string;
  /** As JSON, or a string as it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly secret?: string;
}

/** One request on a connection of its own. */
export function ask(
  service: string,
  { method = 'GET', path, body, contentType = 'application/json', secret }: ApiRequest,
): Promise<ApiAnswer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const headers = {
    ...(text === undefined ? {} : { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) }),
    ...(secret === undefined ? {} : { Authorization: `Bearer ${secret}` }),
  };
  return new Promise((resolve, reject) => {
    const req = request(`${service}${path}`, { method, headers, agent: false }, (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const received = Buffer.concat(chunks).toString();
        const isJson = /json/.test(res.headers['content-type'] ?? '');
        const value: unknown = isJson && received !== '' ? JSON.parse(received) : undefined;
        resolve({ status: res.statusCode ?? 0, headers: res.headers, text: received, value });
      });
    });
    req.on('error', reject);
    req.end(text);
  });
}

/** Makes a token, and answers it with its management secret. */
export async function makeToken(service: string, body: object = { size: 3 }): Promise<ManagedToken> {
  const { status, text, value } = await ask(service, { method: 'POST', path: '/v1/tokens', body });
  if (status !== 201) throw new Error(`no token: ${status} ${text}`);
  return value as ManagedToken;
}

/** Registers a member over v2, as etcd does. Answers the status. */
export async function register(
  url: string,
  n: number,
  changes: { id?: string; value?: string } = {},
): Promise<number> {
  const { id = `a${n}`, value = `n${n}=http://10.0.0.${n}:2380` } = changes;
  const { origin, pathname } = new URL(url);
  const { status } = await ask(origin, {
    method: 'PUT',
    path: `${pathname}/${id}?prevExist=false`,
    body: new URLSearchParams({ value }).toString(),
    contentType: 'application/x-www-form-urlencoded',
  });
  return status;
}
