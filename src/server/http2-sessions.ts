import {
  constants,
  type IncomingHttpHeaders,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { LIMITS } from '../limits.ts';

/** Answers one request of an HTTP/2 connection. */
export type ServeStream = (
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  connection: Socket,
) => void;

const SESSION_OPTIONS = {
  settings: {
    maxConcurrentStreams: LIMITS.streamsPerConnectionMax,
    maxHeaderListSize: LIMITS.headersMaxBytes,
    enablePush: false,
  },
  maxHeaderListPairs: LIMITS.headerPairsMax,
  maxSessionMemory: LIMITS.sessionMemoryMaxMb,
} as const;

/** Counts the turns of the event loop in which anybody asked. */
class Turns {
  #current = 0;
  #isOver = true;

  current(): number {
    if (this.#isOver) {
      this.#isOver = false;
      this.#current++;
      setImmediate(() => (this.#isOver = true));
    }
    return this.#current;
  }
}

const turns = new Turns();

/** Tells a client that opens and resets streams without end from one that is busy. */
class StreamFlood {
  readonly #onFlood: () => void;
  #isOver = false;
  #turn = 0;
  #openedInTurn = 0;
  #resets = 0;
  #windowAt = 0;

  constructor(onFlood: () => void) {
    this.#onFlood = onFlood;
  }

  /** Counts a stream; false where it is one too many. Without resets, no more can come at a time than may be open. */
  open(): boolean {
    const turn = turns.current();
    this.#openedInTurn = turn === this.#turn ? this.#openedInTurn + 1 : 1;
    this.#turn = turn;
    if (this.#openedInTurn > 2 * LIMITS.streamsPerConnectionMax) this.#end();
    return !this.#isOver;
  }

  /** Counts a stream that was reset. */
  reset(): void {
    const now = performance.now();
    if (now - this.#windowAt > RESET_WINDOW_MS) {
      this.#windowAt = now;
      this.#resets = 0;
    }
    this.#resets++;
    if (this.#resets > LIMITS.streamResetsPerSecondMax) this.#end();
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onFlood();
  }
}

const RESET_WINDOW_MS = 1000;

/** The open HTTP/2 sessions of a listener. */
export class Http2Sessions {
  readonly #sessions = new Set<ServerHttp2Session>();
  readonly #serve: ServeStream;

  constructor(serve: ServeStream) {
    this.#serve = serve;
  }

  /** Takes over a connection whose client has sent the preface of HTTP/2. */
  open(socket: Socket): void {
    const session = performServerHandshake(socket, SESSION_OPTIONS);
    this.#sessions.add(session);
    // HTTP/1.1 keeps a connection whose client has nothing more to say; in HTTP/2 that is its end.
    socket.allowHalfOpen = false;
    socket.once('end', () => session.destroy());
    // Every normal end of a grpc-go client is an error for Node: its GOAWAY names a stream that Node did not open.
    session.on('error', () => session.destroy());
    let streams = 0;
    // Past a rate of its own, the library under Node stops reading and keeps the socket, without any event.
    const flood = new StreamFlood(() => {
      // Not from within the events of the session itself.
      setImmediate(() => {
        session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
        socket.destroy();
      });
    });
    session.on('stream', (stream, headers) => {
      streams++;
      // A reset by the client is an event like any other; without a listener it would end the process.
      stream.on('error', () => {});
      stream.once('close', () => {
        streams--;
        if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) flood.reset();
      });
      if (flood.open()) this.#serve(stream, headers, socket);
    });
    session.setTimeout(LIMITS.idleConnectionMs, () => {
      // A watch may be silent for as long as it likes.
      if (streams === 0) session.close();
    });
    session.once('close', () => {
      this.#sessions.delete(session);
      socket.destroy();
    });
  }

  /** Takes no new stream, and lets those that are open end. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }

  /** Cuts what is left. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy(undefined, constants.NGHTTP2_NO_ERROR);
  }
}
