import type { Duplex } from 'node:stream';

/** How long a refused client has to read the answer while it goes on sending. */
const LINGER_MS = 1000;

/** Answers on a connection that has no response object, and ends it. */
export function refuseByHand(stream: Duplex, status: string, text: string): void {
  // The rest of what was refused comes here again, piece by piece.
  if (!stream.writable) return;
  const body = `${text}\n`;
  const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
  stream.end(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  // A connection that is closed with bytes unread is reset, and the answer may be lost with it.
  const linger = setTimeout(() => stream.destroy(), LINGER_MS);
  stream.once('close', () => clearTimeout(linger));
  stream.resume();
}
