import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { formatMessage } from '../../src/grpc/message-reader.ts';
import { type Deferred, deferred } from './deferred.ts';

/** The types of frames that a client here sends or understands (RFC 9113, 6). */
export const FRAME_TYPE = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
} as const;
export const FRAME_FLAG = { ack: 1, endStream: 1, endHeaders: 4 } as const;
/** What a client begins a connection with. */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const HEAD_BYTES = 9;
const STREAM_ID_AT = 5;
/** How long what a test waits for may take before it gives up. */
const WAIT_MS = 20_000;

/** One frame of HTTP/2. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: Buffer;
}

/** A request as it stands on the wire, but for the number of its stream. */
export interface PreparedCall {
  readonly bytes: Buffer;
  readonly dataAt: number;
}

/** The bytes of one frame. */
export function formatFrame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(streamId, STREAM_ID_AT);
  return Buffer.concat([head, payload]);
}

/**
 * Prepares a gRPC call of one message. Headers are spelled out each time, so that requests do not depend on one
 * another.
 *
 * @param isWhole whether the client has nothing more to say
 */
export function prepareCall(
  authority: string,
  path: string,
  message: Uint8Array,
  isWhole: boolean = true,
): PreparedCall {
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
  const headers = formatFrame(FRAME_TYPE.headers, FRAME_FLAG.endHeaders, 0, block);
  const data = formatFrame(FRAME_TYPE.data, isWhole ? FRAME_FLAG.endStream : 0, 0, formatMessage(message));
  return { bytes: Buffer.concat([headers, data]), dataAt: headers.length };
}

/** The bytes of a prepared call on a stream of its own. */
export function callOn(streamId: number, { bytes, dataAt }: PreparedCall): Buffer {
  const request = Buffer.from(bytes);
  request.writeUInt32BE(streamId, STREAM_ID_AT);
  request.writeUInt32BE(streamId, dataAt + STREAM_ID_AT);
  return request;
}

/** A string of HPACK, not compressed; all of them here are short. */
function text(value: string): Buffer {
  return Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
}

/** Cuts what comes in into frames. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0);

  read(chunk: Buffer, take: (frame: Frame) => void): void {
    let bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    while (bytes.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + bytes.readUIntBE(0, 3);
      if (bytes.length < end) break;
      take({
        type: bytes.readUInt8(3),
        flags: bytes.readUInt8(4),
        streamId: bytes.readUInt32BE(STREAM_ID_AT),
        payload: bytes.subarray(HEAD_BYTES, end),
      });
      bytes = bytes.subarray(end);
    }
    this.#held = bytes;
  }
}

/** An HTTP/2 connection that sends exactly the frames it is given, against whatever rules. */
export class FrameConnection implements Disposable {
  readonly #socket: Socket;
  readonly #frames: Frame[] = [];
  #changed: Deferred<void> = deferred<void>();
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const reader = new FrameReader();
    socket.on('data', (chunk: Buffer) => {
      reader.read(chunk, (frame) => this.#frames.push(frame));
      this.#wake();
    });
    // A reset is one of the ways in which a connection may end here.
    socket.on('error', () => {});
    socket.once('close', () => {
      this.#isClosed = true;
      this.#wake();
    });
    socket.setNoDelay(true);
    socket.write(PREFACE);
    socket.write(formatFrame(FRAME_TYPE.settings, 0, 0, Buffer.alloc(0)));
  }

  static async open(port: number): Promise<FrameConnection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new FrameConnection(socket);
  }

  /** All that came in so far. */
  get frames(): readonly Frame[] {
    return this.#frames;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Waits for the settings of the server, and says that they are known: they bind from then on. */
  async acknowledgeSettings(): Promise<void> {
    const isSettings = ({ type, flags }: Frame): boolean =>
      type === FRAME_TYPE.settings && (flags & FRAME_FLAG.ack) === 0;
    await this.until('the settings of the server', () => this.#frames.some(isSettings));
    this.send(formatFrame(FRAME_TYPE.settings, FRAME_FLAG.ack, 0, Buffer.alloc(0)));
  }

  send(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends, and resolves when the system has taken it all, or the connection has ended. @throws Error after 20 s */
  async sent(bytes: Buffer): Promise<void> {
    let isTaken = false;
    this.#socket.write(bytes, () => {
      isTaken = true;
      this.#wake();
    });
    await this.until('the bytes are taken', () => isTaken);
  }

  /** Waits until something is so, or the connection has ended. @throws Error after 20 s */
  async until(what: string, isSo: () => boolean): Promise<void> {
    const late = deferred<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`${what}: not within ${WAIT_MS} ms; ${this.#frames.length} frames came`)),
      WAIT_MS,
    );
    try {
      while (!isSo() && !this.#isClosed) await Promise.race([this.#changed.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #wake(): void {
    const changed = this.#changed;
    this.#changed = deferred<void>();
    changed.resolve();
  }
}
