import type { Socket } from 'node:net';

/** What every HTTP/2 connection begins with (RFC 9113, 3.4). No request of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Who goes on with a connection once its protocol is known. */
export interface Protocols {
  readonly http1: (socket: Socket) => void;
  readonly http2: (socket: Socket) => void;
  /** Nothing that tells came in time. */
  readonly silent: (socket: Socket) => void;
}

/**
 * Tells HTTP/2 with prior knowledge from HTTP/1.1 by the first bytes of a connection, which its new owner reads again.
 *
 * @param timeoutMs how long a client may take to show its protocol
 */
export function sniffProtocol(socket: Socket, timeoutMs: number, protocols: Protocols): void {
  let seen: Buffer | undefined;
  const timer = setTimeout(() => {
    leave();
    protocols.silent(socket);
  }, timeoutMs);
  const ignore = (): void => {};
  const leave = (): void => {
    clearTimeout(timer);
    socket.removeListener('readable', read);
    socket.removeListener('end', end);
    socket.removeListener('close', leave);
    socket.removeListener('error', ignore);
  };
  // It left before it said what it wants; the socket would stay half open otherwise.
  const end = (): void => {
    leave();
    socket.end();
  };
  const read = (): void => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) return;
    seen = seen === undefined ? chunk : Buffer.concat([seen, chunk]);
    const common = Math.min(seen.length, PREFACE.length);
    const isPreface = seen.subarray(0, common).equals(PREFACE.subarray(0, common));
    if (isPreface && seen.length < PREFACE.length) return;
    leave();
    socket.unshift(seen);
    if (isPreface && seen.length >= PREFACE.length) protocols.http2(socket);
    else protocols.http1(socket);
  };
  socket.on('readable', read);
  socket.once('end', end);
  socket.once('close', leave);
  socket.on('error', ignore);
}
