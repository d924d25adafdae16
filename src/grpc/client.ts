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

/** A connection to one endpoint, made with the first call, and again after it was lost. */
export interface GrpcClient {
  /** One message out, one in. @throws GrpcCallError, or the reason of the signal */
  unary<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<O>;
  /** One message out, and what comes back until the other side ends it. @throws as `unary` does */
  stream<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    signal: AbortSignal,
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

/** @param endpoint `http://host:port` for HTTP/2 in plain text, or `https://host:port` */
export function openGrpcClient(endpoint: string, tls: GrpcTls = {}): GrpcClient {
  const connection = new Connection(endpoint, tls);
  return {
    stream: (method, request, signal) => callStream(connection, method, request, { signal, isOpen: true }),
    async unary(method, request, { timeoutMs, signal }) {
      // Node forgets a timeout that only `any` refers to (nodejs/node#57736); this one is asked in the end.
      const late = AbortSignal.timeout(timeoutMs);
      const ended = AbortSignal.any([signal, late]);
      try {
        for await (const answer of callStream(connection, method, request, {
          signal: ended,
          isOpen: false,
        })) {
          return answer;
        }
      } catch (error) {
        if (signal.aborted || !late.aborted) throw error;
        throw new GrpcCallError(GRPC_STATUS.deadlineExceeded, `no answer within ${timeoutMs / 1000} s`);
      }
      throw new GrpcCallError(GRPC_STATUS.internal, 'the answer has no message');
    },
    close: () => connection.close(),
  };
}

/** The session that calls share. */
class Connection {
  readonly #endpoint: string;
  readonly #tls: GrpcTls;
  #session: ClientHttp2Session | undefined;
  /** Why the last session ended, which its calls do not say. */
  failure: Error | undefined;

  constructor(endpoint: string, tls: GrpcTls) {
    this.#endpoint = endpoint;
    this.#tls = tls;
  }

  request(path: string, signal: AbortSignal): ClientHttp2Stream {
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
    return this.#open().request(headers, { signal });
  }

  close(): void {
    this.#session?.destroy();
    this.#session = undefined;
  }

  #open(): ClientHttp2Session {
    const known = this.#session;
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    this.failure = undefined;
    const session = connect(this.#endpoint, this.#tls);
    session.on('error', (error: Error) => {
      this.failure = error;
    });
    // A watch is silent for as long as it takes; TCP finds out when the other side is no longer there.
    session.on('connect', (_session, socket) => void socket.setKeepAlive(true, LIMITS.tcpKeepAliveMs));
    this.#session = session;
    return session;
  }
}

async function* callStream<I extends Message, O extends Message>(
  connection: Connection,
  { path, input, output }: ClientMethod<I, O>,
  request: I,
  { signal, isOpen }: { readonly signal: AbortSignal; readonly isOpen: boolean },
): AsyncGenerator<O> {
  signal.throwIfAborted();
  const stream = connection.request(path, signal);
  const end = statusOf(stream);
  // The loop below hears of errors; one that comes after it is of no interest.
  stream.on('error', () => {});
  const message = formatMessage(toBinary(input, request));
  if (isOpen) stream.write(message);
  else stream.end(message);
  const reader = new MessageReader(LIMITS.grpcMessageMaxBytes);
  try {
    for await (const chunk of stream) {
      for (const body of reader.read(chunk as Buffer)) yield fromBinary(output, body);
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const status = end.read();
    throw status instanceof GrpcCallError ? status : lostError(connection.failure ?? error);
  } finally {
    stream.close(constants.NGHTTP2_CANCEL);
  }
  if (signal.aborted) throw signal.reason;
  const status = end.read();
  if (status === 'ok') return;
  throw status ?? lostError(connection.failure ?? new Error('the connection ended'));
}

function lostError(cause: unknown): GrpcCallError {
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
