import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { formatMessage } from '../src/grpc/message-reader.ts';

const FRAME_HEAD_BYTES = 9;
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goAway: 7, windowUpdate: 8 } as const;
const FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;
const STREAM_ID_AT = 5;
/** What a connection may receive beyond its first 65,535 bytes: more than any load here. */
const WINDOW_BYTES = 0x7fff0000;

/** A request as it stands on the wire, but for the number of its stream. */
export interface PreparedCall {
  readonly bytes: Buffer;
  readonly dataAt: number;
}

/** Prepares a unary call. Headers are spelled out each time, so that requests do not depend on one another. */
export function prepareCall(authority: string, path: string, message: Uint8Array): PreparedCall {
  const block = Buffer.concat([
    // Of the static table (RFC 7541, appendix A): `:method: POST`, `:scheme: http`, and the names of what follows.
    Buffer.from([0x83, 0x86, 0x04]),
    text(path),
    Buffer.from([0x01]),
    text(authority),
    Buffer.from([0x0f, 0x10]),
    text('application/grpc'),
    Buffer.from([0x00]),
    text('te'),
    text('trailers'),
  ]);
  const headers = frame(TYPE.headers, FLAG.endHeaders, block);
  const data = frame(TYPE.data, FLAG.endStream, formatMessage(message));
  return { bytes: Buffer.concat([headers, data]), dataAt: headers.length };
}

/**
 * As much of HTTP/2 as a load generator needs: one unary call at a time, and no look into the headers that come back.
 * node:http2 costs a client more than etcd costs a server, so it would measure itself.
 */
export class H2Connection {
  readonly #socket: Socket;
  #held: Buffer = Buffer.alloc(0);
  #streamId = -1;
  #hasMessage = false;
  #resolve: (hasMessage: boolean) => void = () => {};
  #reject: (error: Error) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', (error) => this.#reject(error));
    socket.on('close', () => this.#reject(new Error('the connection ended')));
    const window = Buffer.alloc(4);
    window.writeUInt32BE(WINDOW_BYTES);
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(frame(TYPE.settings, 0, Buffer.alloc(0)));
    socket.write(frame(TYPE.windowUpdate, 0, window));
  }

  static async open({ hostname, port }: URL): Promise<H2Connection> {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new H2Connection(socket);
  }

  /** Answers whether a message came back: a call that is refused has none. */
  call({ bytes, dataAt }: PreparedCall): Promise<boolean> {
    this.#streamId += 2;
    this.#hasMessage = false;
    const request = Buffer.from(bytes);
    request.writeUInt32BE(this.#streamId, STREAM_ID_AT);
    request.writeUInt32BE(this.#streamId, dataAt + STREAM_ID_AT);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.length >= FRAME_HEAD_BYTES) {
      const end = FRAME_HEAD_BYTES + bytes.readUIntBE(0, 3);
      if (bytes.length < end) break;
      this.#take(
        bytes.readUInt8(3),
        bytes.readUInt8(4),
        bytes.readUInt32BE(STREAM_ID_AT),
        bytes.subarray(FRAME_HEAD_BYTES, end),
      );
      bytes = bytes.subarray(end);
    }
    this.#held = bytes;
  }

  #take(type: number, flags: number, streamId: number, payload: Buffer): void {
    if (type === TYPE.settings || type === TYPE.ping) {
      if ((flags & FLAG.ack) !== 0) return;
      const answer = type === TYPE.ping ? payload : Buffer.alloc(0);
      this.#socket.write(frame(type, FLAG.ack, answer));
      return;
    }
    if (type === TYPE.goAway) this.#reject(new Error('the server sends the connection away'));
    if (streamId !== this.#streamId) return;
    if (type === TYPE.reset) this.#reject(new Error('the stream was reset'));
    if (type === TYPE.data && payload.length > 0) this.#hasMessage = true;
    const isEnd = (type === TYPE.headers || type === TYPE.data) && (flags & FLAG.endStream) !== 0;
    if (isEnd) this.#resolve(this.#hasMessage);
  }
}

/** A string of HPACK, not compressed; all of them here are short. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
}

function frame(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  return Buffer.concat([head, payload]);
}
