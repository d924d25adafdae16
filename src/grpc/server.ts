import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { LIMITS } from '../limits.ts';
import { formatMessage, MessageReader } from './message-reader.ts';
import {
  type Answer,
  type Call,
  EncodedMessage,
  type FormatError,
  type Method,
  type Methods,
  type StreamCall,
  type StreamSink,
  type UnaryMethod,
} from './method.ts';
import { refuseStream } from './refuse-stream.ts';
import { formatGrpcMessage, GRPC_STATUS, GrpcError, type GrpcStatus } from './status.ts';

/** What a gRPC server needs. */
export interface GrpcServerOptions {
  readonly methods: Methods;
  readonly formatError: FormatError;
  /** Told of the end of every call of a known method. */
  readonly onCall?: (path: string, status: GrpcStatus, seconds: number) => void;
  /** How long a request may take to arrive; see `LIMITS.requestTimeoutMs`. */
  readonly requestTimeoutMs?: number;
}

/** Answers the streams of HTTP/2 sessions. */
export interface GrpcServer {
  /**
   * @param stream has a listener for its errors already: a reset by its client is one
   * @param connection the socket of the session
   */
  serveStream(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, connection: Socket): void;
}

/** How often calls are looked through for those whose request takes too long. */
const CHECK_MS = 1000;

const ANSWER_HEADERS = { ':status': 200, 'content-type': 'application/grpc' };
/** gRPC has no use for a date in each answer. */
const WITH_TRAILERS = { waitForTrailers: true, sendDate: false };
const OK_TRAILERS = { 'grpc-status': '0' };

/** Speaks gRPC over plain `node:http2` streams: one path a method, a message or many each way. */
export function createGrpcServer(options: GrpcServerOptions): GrpcServer {
  const { methods, requestTimeoutMs = LIMITS.requestTimeoutMs } = options;
  const arriving = new Arriving(requestTimeoutMs);
  return {
    serveStream(stream, headers, connection) {
      const path = headers[':path'] ?? '';
      const method = methods.get(path);
      if (!isGrpc(headers))
        refuseStream(stream, 415, 'HTTP/2 is for gRPC here: use HTTP/1.1 for anything else');
      else if (method === undefined) endWith(stream, unknownMethod(methods, path));
      else if (headers['grpc-encoding'] !== undefined && headers['grpc-encoding'] !== 'identity') {
        endWith(stream, new GrpcError(GRPC_STATUS.unimplemented, 'compressed messages are not taken here'));
      } else new ServerCall({ stream, headers, connection, path, method, options, arriving }).begin();
    },
  };
}

function isGrpc(headers: IncomingHttpHeaders): boolean {
  const type = headers['content-type'] ?? '';
  return headers[':method'] === 'POST' && /^application\/grpc(?:\+proto)?(?:;|$)/.test(type);
}

/** The words of grpc-go, which etcdctl prints. */
function unknownMethod(methods: Methods, path: string): GrpcError {
  const [, service = '', name = ''] = path.split('/');
  const isKnown = [...methods.keys()].some((known) => known.startsWith(`/${service}/`));
  const what = isKnown ? `unknown method ${name} for service ${service}` : `unknown service ${service}`;
  return new GrpcError(
    GRPC_STATUS.unimplemented,
    `${what.slice(0, 200)}: Muster is a discovery service and offers of etcd's API only what discovery needs`,
  );
}

/** An answer without a message: one frame of headers, as grpc-go sends it. */
function endWith(stream: ServerHttp2Stream, { status, message }: GrpcError): void {
  if (stream.destroyed || stream.closed) return;
  stream.respond(
    { ...ANSWER_HEADERS, 'grpc-status': String(status), 'grpc-message': formatGrpcMessage(message) },
    { endStream: true },
  );
  // What the client still sends is not wanted.
  stream.close(constants.NGHTTP2_NO_ERROR);
}

/** Calls whose request is not whole yet. One timer looks after all, for as long as there are any when it does. */
class Arriving {
  readonly #since = new Map<ServerCall, number>();
  readonly #timeoutMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  add(call: ServerCall): void {
    this.#since.set(call, performance.now());
    this.#timer ??= setInterval(() => this.#check(), Math.min(CHECK_MS, this.#timeoutMs / 2)).unref();
  }

  delete(call: ServerCall): void {
    this.#since.delete(call);
  }

  #check(): void {
    if (this.#since.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const oldest = performance.now() - this.#timeoutMs;
    for (const [call, since] of this.#since) {
      if (since > oldest) break;
      call.fail(new GrpcError(GRPC_STATUS.deadlineExceeded, 'the request took too long to arrive'));
    }
  }
}

interface CallParts {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly connection: Socket;
  readonly path: string;
  readonly method: Method;
  readonly options: GrpcServerOptions;
  readonly arriving: Arriving;
}

/** One call of a method. A class with few fields, since thousands of watches are parked at a time. */
class ServerCall implements StreamCall<Message> {
  readonly connection: Socket;
  /** Until the method has it. */
  #origin: Call | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #method: Method;
  readonly #path: string;
  readonly #options: GrpcServerOptions;
  readonly #arriving: Arriving;
  readonly #reader = new MessageReader(LIMITS.grpcMessageMaxBytes);
  readonly #startedAt = performance.now();
  #sink: StreamSink<Message> | undefined;
  #isOver = false;
  #trailers: Record<string, string> = OK_TRAILERS;

  constructor({ stream, headers, connection, path, method, options, arriving }: CallParts) {
    this.#stream = stream;
    this.#origin = { headers, connection };
    this.connection = connection;
    this.#path = path;
    this.#method = method;
    this.#options = options;
    this.#arriving = arriving;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  begin(): void {
    const stream = this.#stream;
    this.#arriving.add(this);
    stream.on('data', (chunk: Buffer) => this.#take(chunk));
    // What happens once in any case needs no `once`, which holds three objects more for each.
    stream.on('end', () => this.#requestEnded());
    stream.on('close', () => this.#closed());
    if (this.#method.kind !== 'stream') return;
    try {
      this.#sink = this.#method.open(this, this.#takeOrigin());
    } catch (error) {
      this.fail(error);
    }
  }

  send(message: Message): boolean {
    if (this.#isOver || this.#stream.destroyed) return true;
    this.#respond();
    return this.#stream.write(formatMessage(toBinary(this.#method.output, message)));
  }

  drained(): Promise<void> {
    const stream = this.#stream;
    if (this.#isOver || stream.destroyed || !stream.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve) => {
      const go = (): void => {
        stream.removeListener('drain', go);
        stream.removeListener('close', go);
        resolve();
      };
      stream.once('drain', go);
      stream.once('close', go);
    });
  }

  end(error?: unknown): void {
    if (error !== undefined) this.fail(error);
    if (this.#isOver) return;
    this.#over(GRPC_STATUS.ok);
    this.#respond();
    this.#stream.end();
  }

  /** Ends the call with an error. */
  fail(thrown: unknown): void {
    if (this.#isOver) return;
    const error = thrown instanceof GrpcError ? thrown : this.#options.formatError(thrown);
    this.#over(error.status);
    if (!this.#stream.headersSent) {
      endWith(this.#stream, error);
      return;
    }
    this.#trailers = {
      'grpc-status': String(error.status),
      'grpc-message': formatGrpcMessage(error.message),
    };
    this.#stream.end();
  }

  #take(chunk: Buffer): void {
    if (this.#isOver) return;
    try {
      for (const bytes of this.#reader.read(chunk)) {
        const request = this.#parse(bytes);
        this.#arriving.delete(this);
        if (this.#sink !== undefined) this.#sink.message(request);
        else this.#serve(request);
      }
      // Half a message of a stream is as good as a request that does not arrive.
      if (this.#reader.isWithin && !this.#isOver) this.#arriving.add(this);
    } catch (error) {
      this.fail(error);
    }
  }

  #parse(bytes: Uint8Array): Message {
    try {
      return fromBinary(this.#method.input, bytes);
    } catch {
      throw new GrpcError(GRPC_STATUS.internal, `the request is not a valid ${this.#method.input.typeName}`);
    }
  }

  #serve(request: Message): void {
    if (this.#origin === undefined) {
      throw new GrpcError(GRPC_STATUS.internal, 'the request has more than one message');
    }
    const answer = (this.#method as UnaryMethod).serve(request, this.#takeOrigin());
    if (answer instanceof Promise) answer.then(this.#answer, (error: unknown) => this.fail(error));
    else this.#answer(answer);
  }

  #takeOrigin(): Call {
    const origin = this.#origin;
    if (origin === undefined) throw new Error('the method was called before');
    this.#origin = undefined;
    return origin;
  }

  readonly #answer = (answer: Answer<Message>): void => {
    if (this.#isOver) return;
    this.#over(GRPC_STATUS.ok);
    if (this.#stream.destroyed) return;
    const parts = answer instanceof EncodedMessage ? answer.parts : [toBinary(this.#method.output, answer)];
    this.#respond();
    this.#stream.end(formatMessage(...parts));
  };

  #respond(): void {
    const stream = this.#stream;
    if (stream.headersSent || stream.destroyed) return;
    stream.respond(ANSWER_HEADERS, WITH_TRAILERS);
    stream.on('wantTrailers', () => {
      stream.sendTrailers(this.#trailers);
      // The stream of a client that has not ended its own side would stay half open (RFC 9113, 8.1).
      if (!stream.readableEnded) setImmediate(() => stream.close(constants.NGHTTP2_NO_ERROR));
    });
  }

  #requestEnded(): void {
    if (this.#isOver) return;
    if (this.#reader.isWithin || this.#origin !== undefined) {
      this.fail(new GrpcError(GRPC_STATUS.internal, 'the request ended before its message was whole'));
      return;
    }
    this.#sink?.ended();
  }

  #over(status: GrpcStatus): void {
    this.#isOver = true;
    this.#arriving.delete(this);
    this.#options.onCall?.(this.#path, status, (performance.now() - this.#startedAt) / 1000);
  }

  #closed(): void {
    if (!this.#isOver) this.#over(GRPC_STATUS.cancelled);
    const sink = this.#sink;
    this.#sink = undefined;
    sink?.closed();
  }
}
