import type { IncomingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import type { Message } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import type { GrpcError } from './status.ts';

/** What came ahead of the first message of a call. */
export interface Call {
  readonly headers: IncomingHttpHeaders;
  /** The connection that the call came on. */
  readonly connection: Socket;
}

/** A call whose client and server both send any number of messages. */
export interface StreamCall<O> {
  /** The connection that the call came on. */
  readonly connection: Socket;
  /** Sends a message. False where the client does not keep up: then wait for `drained` before the next one. */
  send(message: O): boolean;
  /** Resolves when more can be sent, or when the call is over. */
  drained(): Promise<void>;
  /** Ends the call with an error, or with OK; nothing can be sent after it. */
  end(error?: unknown): void;
  readonly isOver: boolean;
}

/** What takes the messages of a stream call. */
export interface StreamSink<I> {
  message(request: I): void;
  /** The client has sent all that it wants to. */
  ended(): void;
  /** The call is over, whoever ended it. Called once. */
  closed(): void;
}

/** A message as its bytes, for an answer that was encoded before. */
export class EncodedMessage {
  /** In the order of the wire. Parts of one message may stand apart, since encoded messages merge when joined. */
  readonly parts: readonly Uint8Array[];

  constructor(...parts: readonly Uint8Array[]) {
    this.parts = parts;
  }
}

/** A method of a service: a path's way from bytes to bytes. */
export type Method = UnaryMethod | StreamMethod;

/** One message in, one message out. */
export interface UnaryMethod {
  readonly kind: 'unary';
  readonly input: GenMessage<Message>;
  readonly output: GenMessage<Message>;
  serve(request: Message, call: Call): Answer<Message> | Promise<Answer<Message>>;
}

/** Messages both ways, for as long as it takes. */
export interface StreamMethod {
  readonly kind: 'stream';
  readonly input: GenMessage<Message>;
  readonly output: GenMessage<Message>;
  /** @param origin for the opening only: thousands of streams are parked at a time, and headers are large */
  open(call: StreamCall<Message>, origin: Call): StreamSink<Message>;
}

/** What a unary method answers. */
export type Answer<O extends Message> = O | EncodedMessage;

/** Methods by their path, `/package.Service/Method`. */
export type Methods = ReadonlyMap<string, Method>;

/** Declares a unary method. What `serve` throws is worded by `GrpcServerOptions.formatError`. */
export function unary<I extends Message, O extends Message>(
  input: GenMessage<I>,
  output: GenMessage<O>,
  serve: (request: I, call: Call) => Answer<O> | Promise<Answer<O>>,
): UnaryMethod {
  return { kind: 'unary', input, output, serve } as unknown as UnaryMethod;
}

/** Declares a method with a stream of messages each way. */
export function stream<I extends Message, O extends Message>(
  input: GenMessage<I>,
  output: GenMessage<O>,
  open: (call: StreamCall<O>, origin: Call) => StreamSink<I>,
): StreamMethod {
  return { kind: 'stream', input, output, open } as unknown as StreamMethod;
}

/** Words what a method threw for its client. */
export type FormatError = (error: unknown) => GrpcError;
