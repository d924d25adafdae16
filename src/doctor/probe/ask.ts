import http, { type IncomingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TlsFiles } from '../../join/options.ts';
import { ProbeFailure, toFailure } from './failure.ts';
import { type Endpoint, openSocket } from './open-socket.ts';
import { shakeHands } from './shake-hands.ts';
import { isOver } from './within.ts';

/** The answer to a question. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Whom to ask, and what. */
export interface Question extends Endpoint {
  readonly url: URL;
  readonly tls: TlsFiles;
}

const ANSWER_BYTES_MAX = 1024 * 1024;

/**
 * Asks one question on a connection of its own. Nothing of it is secret, so that any certificate will do; whether it is
 * a good one is asked apart from that. No redirect is followed.
 *
 * @throws ProbeFailure
 * @throws the reason of the signal
 */
export async function ask({ url, tls, ...endpoint }: Question, signal: AbortSignal): Promise<Answer> {
  const plain = await openSocket(endpoint, signal);
  if (url.protocol !== 'https:') return askOver(plain, url, signal);
  const { socket } = await shakeHands(plain, hostOf(url), tls, signal);
  return askOver(socket, url, signal);
}

/** The host of a URL, without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** The port of a URL, given or not. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

/** Asks over a connection, and closes it. @param target what is asked for, where it is not the path of the URL */
export function askOver(
  socket: Duplex,
  url: URL,
  signal: AbortSignal,
  target: string = `${url.pathname}${url.search}`,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { Host: url.host, Accept: 'application/json', Connection: 'close' };
    const req = http.request({ createConnection: () => socket, path: target, method: 'GET', headers });
    const end = (act: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.destroy();
      act();
    };
    const onAbort = (): void =>
      end(() =>
        reject(isOver(signal) ? new ProbeFailure('silent', 'no answer to the request') : signal.reason),
      );
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort);
    const fail = (error: unknown): void => end(() => reject(toFailure(error)));
    req.on('error', fail);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      res.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) fail(new ProbeFailure('failed', 'the answer is longer than 1 MiB'));
        else chunks.push(chunk);
      });
      res.on('error', fail);
      res.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        end(() => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      });
    });
    req.end();
  });
}
