import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import { fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { LIMITS } from '../limits.ts';
import { formatMessage, MessageReader } from './message-reader.ts';
import { GRPC_STATUS } from './status.ts';

/** A method as its clients see it. */
export interface ClientMethod<I extends Message, O extends Message> {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly input: GenMessage<I>;
  readonly output: GenMessage<O>;
}

/** What a call may bring along. */
export interface CallOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Headers of the call, which gRPC calls metadata. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A connection to one endpoint, made with the first call, and again after it was lost. */
export interface GrpcClient {
  /** One message out, one in. @throws GrpcCallError, or the reason of the signal */
  unary<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    options: CallOptions,
  ): Promise<O>;
  /** One message out, and what comes back until the other side ends it. @throws as `unary` does */
  stream<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    signal: AbortSignal,
    metadata?: CallOptions['metadata'],
  ): AsyncGenerator<O>;
  close(): void;
}

/** A call that did not end with OK. A lost connection, or none, is `unavailable`. */
export class GrpcCallError extends Error {
  override readonly name = 'GrpcCallError';
  /** One of the codes of gRPC, such as those in `GRPC_STATUS`. */
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
  }
}

/** TLS of a connection, as texts in PEM form. */
export interface GrpcTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** How a client of gRPC behaves, where its defaults do not do. */
export interface GrpcClientOptions extends GrpcTls {
  /** The longest message that is taken. */
  readonly receiveMaxBytes?: number;
  /**
   * How often the other side is asked whether it is there while a call waits, and how long it may take to answer. etcd
   * turns away who asks more often than every 5 s. Default: TCP alone finds out.
   */
  readonly keepAlive?: { readonly everyMs: number; readonly timeoutMs: number };
  /** How long a connection may take until it is there. Default: as long as TCP waits. */
  readonly connectTimeoutMs?: number;
}

/** @param endpoint `http://host:port` for HTTP/2 in plain text, or `https://host:port` */
export function openGrpcClient(endpoint: string, options: GrpcClientOptions = {}): GrpcClient {
  const connection = new Connection(endpoint, options);
  return {
    unary: (method, request, callOptions) => callUnary(connection, method, request, callOptions),
    stream: (method, request, signal, metadata) =>
      callStream(connection, method, request, { signal, metadata }),
    close: () => connection.close(),
  };
}

/** A session, and why it ended, which its calls do not say. */
interface Link {
  readonly session: ClientHttp2Session;
  failure: Error | undefined;
}

/** The session that calls share. */
class Connection {
  readonly #endpoint: string;
  readonly #options: GrpcClientOptions;
  #link: Link | undefined;
  #calls = 0;
  #keepAlive: NodeJS.Timeout | undefined;

  constructor(endpoint: string, options: GrpcClientOptions) {
    this.#endpoint = endpoint;
    this.#options = options;
  }

  get receiveMaxBytes(): number {
    return this.#options.receiveMaxBytes ?? LIMITS.grpcMessageMaxBytes;
  }

  request(
    path: string,
    metadata: CallOptions['metadata'],
    signal?: AbortSignal,
  ): { readonly stream: ClientHttp2Stream; readonly link: Link } {
    const headers = {
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...metadata,
    };
    const link = this.#open();
    const stream = link.session.request(headers, signal === undefined ? {} : { signal });
    this.#calls++;
    stream.on('close', () => this.#calls--);
    return { stream, link };
  }

  close(): void {
    clearInterval(this.#keepAlive);
    this.#link?.session.destroy();
    this.#link = undefined;
  }

  #open(): Link {
    const known = this.#link;
    if (known !== undefined && !known.session.closed && !known.session.destroyed) return known;
    clearInterval(this.#keepAlive);
    const { ca, cert, key, connectTimeoutMs } = this.#options;
    const session = connect(this.#endpoint, { ca, cert, key });
    // Of this session alone: calls on one that ends gracefully go on while the next one is refused.
    const link: Link = { session, failure: undefined };
    session.on('error', (error: Error) => {
      link.failure = error;
    });
    const late = setTimeout(
      () => {
        session.destroy(
          Object.assign(new Error('no connection came about'), { code: 'ERR_CONNECT_TIMEOUT' }),
        );
      },
      connectTimeoutMs ?? 2 ** 31 - 1,
    ).unref();
    session.on('close', () => clearTimeout(late));
    session.on('connect', (_session, socket) => {
      clearTimeout(late);
      // A watch is silent for as long as it takes; TCP finds out when the other side is no longer there.
      socket.setKeepAlive(true, LIMITS.tcpKeepAliveMs);
    });
    this.#link = link;
    this.#keepAliveOf(session);
    return link;
  }

  #keepAliveOf(session: ClientHttp2Session): void {
    const { keepAlive } = this.#options;
    if (keepAlive === undefined) return;
    const timer = setInterval(() => {
      // etcd counts pings without a call against the client.
      if (this.#calls === 0 || session.connecting || session.destroyed) return;
      const silent = setTimeout(() => {
        session.destroy(new Error('the other side does not answer'));
      }, keepAlive.timeoutMs).unref();
      session.ping(() => clearTimeout(silent));
    }, keepAlive.everyMs).unref();
    this.#keepAlive = timer;
    session.on('close', () => clearInterval(timer));
  }
}

/** By events and no stream of chunks: a store makes thousands of calls a second. */
function callUnary<I extends Message, O extends Message>(
  connection: Connection,
  { path, input, output }: ClientMethod<I, O>,
  request: I,
  { timeoutMs, signal, metadata }: CallOptions,
): Promise<O> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const { stream, link } = connection.request(path, metadata);
    const end = statusOf(stream);
    const reader = new MessageReader(connection.receiveMaxBytes);
    let answer: O | undefined;
    const settle = (error: unknown): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (error === undefined && answer !== undefined) resolve(answer);
      else reject(error ?? new GrpcCallError(GRPC_STATUS.internal, 'the answer has no message'));
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const abort = (): void => settle(signal?.reason);
    const timer = setTimeout(() => {
      settle(new GrpcCallError(GRPC_STATUS.deadlineExceeded, `no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    let failure: unknown;
    stream.on('error', (error) => (failure = error));
    stream.on('data', (chunk: Buffer) => {
      try {
        for (const body of reader.read(chunk)) answer ??= fromBinary(output, body);
      } catch (error) {
        settle(error);
      }
    });
    stream.on('close', () => {
      const status = end.read();
      if (status === 'ok') settle(undefined);
      else settle(status ?? lostError(link.failure ?? failure ?? new Error('the connection ended')));
    });
    stream.end(formatMessage(toBinary(input, request)));
  });
}

async function* callStream<I extends Message, O extends Message>(
  connection: Connection,
  { path, input, output }: ClientMethod<I, O>,
  request: I,
  { signal, metadata }: { readonly signal: AbortSignal; readonly metadata: CallOptions['metadata'] },
): AsyncGenerator<O> {
  signal.throwIfAborted();
  const { stream, link } = connection.request(path, metadata, signal);
  const end = statusOf(stream);
  // The loop below hears of errors; one that comes after it is of no interest.
  stream.on('error', () => {});
  stream.write(formatMessage(toBinary(input, request)));
  const reader = new MessageReader(connection.receiveMaxBytes);
  try {
    for await (const chunk of stream) {
      for (const body of reader.read(chunk as Buffer)) yield fromBinary(output, body);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const status = end.read();
    throw status instanceof GrpcCallError ? status : lostError(link.failure ?? error);
  } finally {
    stream.close(constants.NGHTTP2_CANCEL);
  }
  if (signal.aborted) throw signal.reason;
  const status = end.read();
  if (status === 'ok') return;
  throw status ?? lostError(link.failure ?? new Error('the connection ended'));
}

function lostError(error: unknown): GrpcCallError {
  const { code: kind, cause: origin } = error as NodeJS.ErrnoException;
  // A call that waited for its connection hears why there is none before the connection says so itself.
  const cause = kind === 'ERR_HTTP2_STREAM_CANCEL' && origin !== undefined ? origin : error;
  // Several addresses of a host that all refuse make an error without words of its own.
  const { reason, message, code } = cause as { reason?: string; message?: string; code?: string };
  // The message of the TLS library has addresses, files and line numbers around its reason.
  const text = reason || message || code || 'no reason is known';
  return new GrpcCallError(GRPC_STATUS.unavailable, text, cause);
}

/** Listens for the status of a call, which stands in its trailers, or in its headers where it has no message. */
function statusOf(stream: ClientHttp2Stream): { read(): GrpcCallError | 'ok' | undefined } {
  let end: GrpcCallError | 'ok' | undefined;
  const note = (headers: Record<string, unknown>): void => {
    const status = headers['grpc-status'];
    if (status === '0') end = 'ok';
    else if (status !== undefined) {
      end = new GrpcCallError(Number(status), decodeMessage(String(headers['grpc-message'] ?? '')));
    }
  };
  stream.on('response', (headers) => {
    const status = Number(headers[':status']);
    if (status !== 200)
      end = new GrpcCallError(toGrpcStatus(status), `HTTP status ${status} instead of gRPC`);
    note(headers);
  });
  stream.on('trailers', note);
  return { read: () => end };
}

/** As gRPC reads answers that are none of its own (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md). */
function toGrpcStatus(status: number): number {
  if ([429, 502, 503, 504].includes(status)) return GRPC_STATUS.unavailable;
  if (status === 401) return GRPC_STATUS.unauthenticated;
  if (status === 403) return GRPC_STATUS.permissionDenied;
  return status === 400 ? GRPC_STATUS.internal : GRPC_STATUS.unimplemented;
}

/** The reverse of `formatGrpcMessage`. A text that is not well encoded is shown as it came. */
function decodeMessage(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
