import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { create, fromBinary, type Message, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { formatMessage, MessageReader } from '../../src/grpc/message-reader.ts';
import { GRPC_STATUS } from '../../src/grpc/status.ts';

/** How a call ended: its messages, its status and the text of that. */
export interface CallEnd {
  /** The status of HTTP. */
  readonly httpStatus: number | undefined;
  /** Undefined where the stream was reset, or the session ended. */
  readonly status: number | undefined;
  readonly text: string;
  readonly messages: readonly Buffer[];
}

const MESSAGE_MAX_BYTES = 1 << 30;

/** A gRPC client over one HTTP/2 connection, as raw as a test needs it. */
export class V3Client implements AsyncDisposable {
  readonly session: ClientHttp2Session;

  constructor(url: string) {
    this.session = connect(url);
    this.session.on('error', () => {});
  }

  /** Opens a stream and sends nothing on it but its headers. */
  open(path: string, headers: Record<string, string | string[]> = {}): ClientHttp2Stream {
    const stream = this.session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    stream.on('error', () => {});
    return stream;
  }

  /** Sends these bytes as they are, and waits for the end of the call. */
  call(path: string, bytes: Uint8Array, headers: Record<string, string | string[]> = {}): Promise<CallEnd> {
    const stream = this.open(path, headers);
    stream.end(bytes);
    return endOf(stream);
  }

  /** A unary call. Answers its message, or how it was refused. */
  async unary<I extends Message, O extends Message>(
    path: string,
    input: GenMessage<I>,
    output: GenMessage<O>,
    request: MessageInitShape<GenMessage<I>>,
    headers: Record<string, string> = {},
  ): Promise<{ message: O } | { status: number | undefined; text: string }> {
    const { status, text, messages } = await this.call(
      path,
      formatMessage(toBinary(input, create(input, request))),
      headers,
    );
    const [message] = messages;
    if (status !== GRPC_STATUS.ok || message === undefined) return { status, text };
    return { message: fromBinary(output, message) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.session.destroy();
  }
}

/** Waits until a stream has ended, and answers how. */
export function endOf(stream: ClientHttp2Stream): Promise<CallEnd> {
  const reader = new MessageReader(MESSAGE_MAX_BYTES);
  const messages: Buffer[] = [];
  let httpStatus: number | undefined;
  let status: number | undefined;
  let text = '';
  const note = (headers: Record<string, unknown>): void => {
    if (headers['grpc-status'] === undefined) return;
    status = Number(headers['grpc-status']);
    text = decodeURIComponent(String(headers['grpc-message'] ?? ''));
  };
  stream.on('response', (headers) => {
    httpStatus = headers[':status'];
    note(headers);
  });
  stream.on('trailers', note);
  stream.on('data', (chunk: Buffer) => {
    if (httpStatus === 200) messages.push(...reader.read(chunk));
  });
  return new Promise((resolve) => {
    stream.once('close', () => resolve({ httpStatus, status, text, messages }));
  });
}
