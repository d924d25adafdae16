import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  callOn,
  FRAME_FLAG,
  FRAME_TYPE,
  type Frame,
  FrameReader,
  formatFrame,
  PREFACE,
  type PreparedCall,
} from '../test/support/h2-frames.ts';

/** What a connection may receive beyond its first 65,535 bytes: more than any load here. */
const WINDOW_BYTES = 0x7fff0000;

/**
 * As much of HTTP/2 as a load generator needs: one unary call at a time, and no look into the headers that come back.
 * node:http2 costs a client more than etcd costs a server, so it would measure itself.
 */
export class H2Connection {
  readonly #socket: Socket;
  readonly #reader = new FrameReader();
  #streamId = -1;
  #hasMessage = false;
  #resolve: (hasMessage: boolean) => void = () => {};
  #reject: (error: Error) => void = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#reader.read(chunk, this.#take));
    socket.on('error', (error) => this.#reject(error));
    socket.on('close', () => this.#reject(new Error('the connection ended')));
    const window = Buffer.alloc(4);
    window.writeUInt32BE(WINDOW_BYTES);
    socket.write(PREFACE);
    socket.write(formatFrame(FRAME_TYPE.settings, 0, 0, Buffer.alloc(0)));
    socket.write(formatFrame(FRAME_TYPE.windowUpdate, 0, 0, window));
  }

  static async open({ hostname, port }: URL): Promise<H2Connection> {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new H2Connection(socket);
  }

  /** Answers whether a message came back: a call that is refused has none. */
  call(prepared: PreparedCall): Promise<boolean> {
    this.#streamId += 2;
    this.#hasMessage = false;
    const request = callOn(this.#streamId, prepared);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  readonly #take = ({ type, flags, streamId, payload }: Frame): void => {
    if (type === FRAME_TYPE.settings || type === FRAME_TYPE.ping) {
      if ((flags & FRAME_FLAG.ack) !== 0) return;
      const answer = type === FRAME_TYPE.ping ? payload : Buffer.alloc(0);
      this.#socket.write(formatFrame(type, FRAME_FLAG.ack, 0, answer));
      return;
    }
    if (type === FRAME_TYPE.goAway) this.#reject(new Error('the server sends the connection away'));
    if (streamId !== this.#streamId) return;
    if (type === FRAME_TYPE.reset) this.#reject(new Error('the stream was reset'));
    if (type === FRAME_TYPE.data && payload.length > 0) this.#hasMessage = true;
    const isEnd =
      (type === FRAME_TYPE.headers || type === FRAME_TYPE.data) && (flags & FRAME_FLAG.endStream) !== 0;
    if (isEnd) this.#resolve(this.#hasMessage);
  };
}
