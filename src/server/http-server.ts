import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions, TlsOptions } from 'node:tls';
import { LIMITS } from '../limits.ts';
import { Http2Sessions, type ServeStream } from './http2-sessions.ts';
import { OwedAnswers } from './owed-answers.ts';
import { sniffProtocol } from './protocol-sniffer.ts';
import { refuseByHand } from './refuse-by-hand.ts';

/** The limits of connections that a test may want to reach soon; see `LIMITS`, which has the defaults. */
export interface ConnectionLimits {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly connectionsPerAddressMax: number;
}

/** What an HTTP server needs. */
export interface HttpServerOptions {
  /** Whether the connections of an address are counted and bounded. */
  readonly isGuarded: (address: string) => boolean;
  readonly serve: (req: IncomingMessage, res: ServerResponse) => void;
  /** Answers what comes over HTTP/2. */
  readonly serveStream: ServeStream;
  readonly onConnectionClosed: (connection: object) => void;
  /** Undefined: plain HTTP. */
  readonly tls: ServerTls | undefined;
  readonly limits?: ConnectionLimits;
}

/** What a server over TLS needs. */
export interface ServerTls {
  readonly secureContext: SecureContextOptions;
  /** Whether clients are asked for a certificate. */
  readonly asksClient: boolean;
  /** Whether a client without a good certificate is refused at once. */
  readonly requiresClient: boolean;
}

/** How often connections are looked through for those whose time is over. */
const CHECK_MS = 1000;

/** An HTTP server that can be asked to hang up on those who never said a word. */
export interface HttpServer {
  readonly server: Server;
  readonly sessions: Http2Sessions;
  /** Cuts every connection on which nothing was ever received; Node does not count these as idle. */
  closeSilentConnections(): void;
  /** Cuts every connection, also one whose TLS handshake goes on. */
  cutConnections(): void;
}

/** Creates the server that keeps the rules of HTTP and the limits of connections, whatever is served. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { serve, limits = LIMITS } = options;
  const server = createAnyServer(options.tls, limits, {
    // A power-cycled machine's connection must die soon, or it would count as a living twin.
    keepAlive: true,
    keepAliveInitialDelay: LIMITS.tcpKeepAliveMs,
    // A PUT that races with the close of an idle connection fails for good: keep idle ones far longer than 5 s.
    keepAliveTimeout: LIMITS.idleConnectionMs,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(CHECK_MS, limits.headersTimeoutMs / 2),
    maxHeaderSize: LIMITS.headersMaxBytes,
    // Node would refuse such a request without a word.
    requireHostHeader: false,
  });
  // A client that has sent all it has to say is still owed its answer; by default, one that takes time is lost.
  // Not in the documentation of Node, but what its own `net` option of that name stands for (lib/_http_server.js).
  Object.assign(server, { httpAllowHalfOpen: true });
  server.maxConnections = LIMITS.connectionsMax;
  const owed = new OwedAnswers();
  const sessions = new Http2Sessions(options.serveStream);
  const event = options.tls === undefined ? 'connection' : 'secureConnection';
  sniffConnections(server, event, sessions, limits);
  const connections = boundConnections(server, event, options, limits);
  const begin = (req: IncomingMessage, res: ServerResponse): void => {
    const problem = findHostProblem(req);
    if (problem === undefined) serve(req, res);
    else refuse(res, 400, problem);
  };
  // One after the other: a read that was sent behind a write shows what was written (RFC 9112, 9.3.2).
  const inTurn = (req: IncomingMessage, res: ServerResponse, answer: typeof begin): void => {
    const { count, previous } = owed.add(req.socket, res);
    // Requests may be sent ahead of answers, but not without end: each one is kept until its turn comes.
    if (count > LIMITS.pipelinedRequestsMax) req.socket.destroy();
    else if (previous === undefined) answer(req, res);
    else previous.once('close', () => answer(req, res));
  };
  server.on('request', (req, res) => inTurn(req, res, begin));
  server.on('checkContinue', (req, res) => {
    // What will be refused for its length need not be sent.
    if (Number(req.headers['content-length'] ?? 0) <= LIMITS.bodyMaxBytes) res.writeContinue();
    inTurn(req, res, begin);
  });
  server.on('checkExpectation', (req, res) => {
    inTurn(req, res, () => refuse(res, 417, 'the only known value of Expect is 100-continue'));
  });
  server.on('connect', (_req, stream) => {
    refuseByHand(stream, '405 Method Not Allowed', 'CONNECT does not belong here');
  });
  server.on('clientError', (error, stream) => {
    const socket = stream as Socket;
    if (isBroken(error) || !isNextAnswerFree(owed.open(socket))) socket.destroy();
    else refuseByHand(socket, ...describeClientError(error));
  });
  const closeSilentConnections = (): void => {
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  };
  const cutConnections = (): void => {
    for (const socket of connections) socket.destroy();
  };
  return { server, sessions, closeSilentConnections, cutConnections };
}

/** With TLS, a connection counts once its handshake is done. */
type ConnectionEvent = 'connection' | 'secureConnection';

function createAnyServer(
  tls: ServerTls | undefined,
  { headersTimeoutMs }: ConnectionLimits,
  options: ServerOptions,
): Server {
  if (tls === undefined) return createServer(options);
  const tlsOptions: TlsOptions = {
    ...tls.secureContext,
    // In the order of preference: what speaks both gets HTTP/1.1, and gRPC offers h2 alone. A client of v2 discovery
    // offers nothing, which is HTTP/1.1.
    ALPNProtocols: ['http/1.1', 'h2'],
    handshakeTimeout: headersTimeoutMs,
    requestCert: tls.asksClient,
    rejectUnauthorized: tls.requiresClient,
  };
  const server = createTlsServer({ ...options, ...tlsOptions });
  // Whoever does not get through the handshake understands no answer of HTTP.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

/** Puts the choice of the protocol before what Node does with every connection, which is HTTP/1.1. */
function sniffConnections(
  server: Server,
  event: ConnectionEvent,
  sessions: Http2Sessions,
  limits: ConnectionLimits,
): void {
  const listeners = server.listeners(event) as Array<(socket: Socket) => void>;
  server.removeAllListeners(event);
  const protocols = {
    http1: (socket: Socket) => {
      for (const listener of listeners) listener.call(server, socket);
    },
    http2: (socket: Socket) => sessions.open(socket),
    silent: (socket: Socket) =>
      refuseByHand(
        socket,
        ...describeClientError({ name: '', message: '', code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
      ),
  };
  server.on(event, (socket: Socket) => sniffProtocol(socket, limits.headersTimeoutMs, protocols));
}

/** Counts the connections of each address, and cuts those that are too many. Answers all that are open. */
function boundConnections(
  server: Server,
  event: ConnectionEvent,
  options: HttpServerOptions,
  limits: ConnectionLimits,
): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  const perAddress = new Map<string, number>();
  // Of TLS, those count too that have not come to an end with their handshake.
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (perAddress.get(address) ?? 0) + 1;
    perAddress.set(address, count);
    connections.add(socket);
    socket.on('close', () => {
      connections.delete(socket);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
    if (count > limits.connectionsPerAddressMax && options.isGuarded(address)) socket.destroy();
  });
  server.on(event, (socket: Socket) => {
    // Each request that waits listens for the end of its connection.
    socket.setMaxListeners(2 * LIMITS.pipelinedRequestsMax);
    socket.on('close', () => options.onConnectionClosed(socket));
  });
  return connections;
}

/** RFC 9112, 3.2: a request of HTTP/1.1 has exactly one Host header. */
function findHostProblem({ httpVersion, rawHeaders }: IncomingMessage): string | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts++;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return undefined;
  return `the request has ${hosts === 0 ? 'no Host header' : 'more than one Host header'}`;
}

function refuse(res: ServerResponse, status: number, text: string): void {
  const body = `${text}\n`;
  res.writeHead(status, [
    'Content-Type',
    'text/plain; charset=utf-8',
    'Content-Length',
    String(body.length),
    'Connection',
    'close',
  ]);
  res.end(body);
}

/** Whether the next bytes that are sent would be the answer to what was refused, and not to a request before it. */
function isNextAnswerFree(answers: readonly ServerResponse[]): boolean {
  const [own, ...others] = answers.filter((res) => !res.writableEnded);
  return own === undefined || (others.length === 0 && !own.req.complete && !own.headersSent);
}

function isBroken({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** What the HTTP parser refuses has no request object. */
function describeClientError({ code }: NodeJS.ErrnoException): [status: string, text: string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return [
        '431 Request Header Fields Too Large',
        `the URL and the headers are over ${LIMITS.headersMaxBytes} bytes`,
      ];
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['408 Request Timeout', 'the request took too long to arrive'];
    default:
      return ['400 Bad Request', 'not a valid HTTP request'];
  }
}
