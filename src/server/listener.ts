import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';

/** What a listener needs. */
export interface ListenerOptions {
  /** An empty host is every address of the machine; port 0 is any free port. */
  readonly host: string;
  readonly port: number;
  /** Whether one address may hold only a bounded number of connections. */
  readonly isGuarded: boolean;
  readonly serve: (req: IncomingMessage, res: ServerResponse) => void;
  readonly onConnectionClosed: (connection: object) => void;
}

/** A listening socket with its connections. */
export interface Listener {
  /** `http://host:port`, with the address that was really taken. */
  readonly url: string;
  /** Takes no new connection, lets requests in progress end until the deadline, then cuts what is left. */
  close(deadlineMs: number): Promise<void>;
}

/** Opens one HTTP port. @throws MusterError `bad-setting` when the address cannot be listened on */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { host, port } = options;
  const server = createHttpServer(options);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once('error', fail);
    server.listen({ port, ...(host === '' ? {} : { host }) }, () => {
      server.removeListener('error', fail);
      resolve();
    });
  });
  return { url: formatUrl(server.address() as AddressInfo), close: (ms) => closeServer(server, ms) };
}

function createHttpServer(options: ListenerOptions): Server {
  const server = createServer({
    // A power-cycled machine's connection must die soon, or it would count as a living twin.
    keepAlive: true,
    keepAliveInitialDelay: LIMITS.tcpKeepAliveMs,
    // A PUT that races with the close of an idle connection fails for good: keep idle ones far longer than 5 s.
    keepAliveTimeout: LIMITS.idleConnectionMs,
    headersTimeout: LIMITS.headersTimeoutMs,
    requestTimeout: LIMITS.requestTimeoutMs,
    connectionsCheckingInterval: 1000,
    maxHeaderSize: LIMITS.headersMaxBytes,
  });
  server.maxConnections = LIMITS.connectionsMax;
  const perAddress = new Map<string, number>();
  const pending = new WeakMap<Socket, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (perAddress.get(address) ?? 0) + 1;
    perAddress.set(address, count);
    socket.once('close', () => {
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
      options.onConnectionClosed(socket);
    });
    if (options.isGuarded && count > LIMITS.connectionsPerAddressMax) socket.destroy();
  });
  server.on('request', (req, res) => {
    const { socket } = req;
    const count = (pending.get(socket) ?? 0) + 1;
    pending.set(socket, count);
    res.once('close', () => pending.set(socket, (pending.get(socket) ?? 1) - 1));
    // Requests may be pipelined, but not without end: each one may be a watch that is held.
    if (count > LIMITS.pipelinedRequestsMax) socket.destroy();
    else options.serve(req, res);
  });
  server.on('clientError', answerClientError);
  return server;
}

/** What the HTTP parser refuses has no request object: the answer is written by hand, and the connection ends. */
function answerClientError(error: NodeJS.ErrnoException, stream: NodeJS.WritableStream): void {
  const socket = stream as Socket;
  const [status, text] = clientErrorAnswers[error.code ?? ''] ?? [
    '400 Bad Request',
    'not a valid HTTP request',
  ];
  const body = `${text}\n`;
  const isAnswerable = socket.writable && error.code !== 'ECONNRESET';
  if (isAnswerable) {
    const head = `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\n`;
    socket.end(`${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
  }
  socket.destroySoon();
}

const clientErrorAnswers: Readonly<Record<string, readonly [status: string, text: string]>> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    `the URL and the headers are over ${LIMITS.headersMaxBytes} bytes`,
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
};

function listenError(error: NodeJS.ErrnoException, host: string, port: number): MusterError {
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const reasons: Record<string, [problem: string, remedy: string]> = {
    EADDRINUSE: ['another program has the port', 'Stop it, or choose another port with --listen HOST:PORT.'],
    EACCES: ['this user may not take that port', 'Choose a port from 1024 on with --listen HOST:PORT.'],
    EADDRNOTAVAIL: ['the address is not one of this machine', 'Choose another one with --listen HOST:PORT.'],
    ENOTFOUND: ['the host name is unknown', 'Choose an address of this machine with --listen HOST:PORT.'],
  };
  const [problem, remedy] = reasons[error.code ?? ''] ?? [
    error.message,
    'Choose another --listen HOST:PORT.',
  ];
  return new MusterError('bad-setting', `cannot listen on ${place}: ${problem}`, { remedy, cause: error });
}

function formatUrl({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

/** Connections become idle one by one, as their requests end: look for them until none is left. */
function closeServer(server: Server, deadlineMs: number): Promise<void> {
  return new Promise((resolve) => {
    const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    server.close(() => {
      clearTimeout(deadline);
      clearInterval(sweep);
      resolve();
    });
  });
}

/** How often a closing listener looks for connections that have become idle. */
const IDLE_SWEEP_MS = 20;
