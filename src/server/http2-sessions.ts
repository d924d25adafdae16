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
  #turn = 0;
  #openedInTurn = 0;
  #resets = 0;
  #windowAt = 0;

  /** Counts a stream; whether it is one too many. Without resets, no more can come at a time than may be open. */
  open(): boolean {
    const turn = turns.current();
    this.#openedInTurn = turn === this.#turn ? this.#openedInTurn + 1 : 1;
    this.#turn = turn;
    return this.#openedInTurn > 2 * LIMITS.streamsPerConnectionMax;
  }

  /** Counts a stream that was reset; whether that is one too many. */
  reset(): boolean {
    const now = performance.now();
    if (now - this.#windowAt > RESET_WINDOW_MS) {
      this.#windowAt = now;
      this.#resets = 0;
    }
    this.#resets++;
    return this.#resets > LIMITS.streamResetsPerSecondMax;
  }
}

const RESET_WINDOW_MS = 1000;

/** How often sessions are looked through for idle ones: what that takes longer than it should does not matter. */
const IDLE_SWEEP_MS = LIMITS.idleConnectionMs / 10;

/** The open HTTP/2 sessions of a listener. */
export class Http2Sessions {
  readonly #sessions = new Set<Session>();
  readonly #serve: ServeStream;
  #sweep: NodeJS.Timeout | undefined;

  constructor(serve: ServeStream) {
    this.#serve = serve;
  }

  /** Takes over a connection whose client has sent the preface of HTTP/2. */
  open(socket: Socket): void {
    const session = new Session(socket, this.#serve, () => this.#forget(session));
    this.#sessions.add(session);
    // One timer for all: thousands of connections are parked at a time.
    this.#sweep ??= setInterval(() => this.#endIdle(), IDLE_SWEEP_MS).unref();
  }

  #forget(session: Session): void {
    this.#sessions.delete(session);
    if (this.#sessions.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #endIdle(): void {
    const since = performance.now() - LIMITS.idleConnectionMs;
    for (const session of this.#sessions) if (session.isIdleSince(since)) session.close();
  }

  /** Takes no new stream, and lets those that are open end. */
  close(): void {
    for (const session of this.#sessions) session.close();
  }

  /** Cuts what is left. */
  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }
}

/** One connection. What happens once in any case needs no `once` here, which holds three objects more for each. */
class Session {
  readonly #session: ServerHttp2Session;
  readonly #socket: Socket;
  readonly #serve: ServeStream;
  readonly #flood = new StreamFlood();
  #isFlooded = false;
  #streams = 0;
  /** When the newest stream ended, or the session began. */
  #restingSince = performance.now();

  constructor(socket: Socket, serve: ServeStream, onClosed: () => void) {
    this.#socket = socket;
    this.#serve = serve;
    const session = performServerHandshake(socket, SESSION_OPTIONS);
    this.#session = session;
    // HTTP/1.1 keeps a connection whose client has nothing more to say; in HTTP/2 that is its end.
    socket.allowHalfOpen = false;
    socket.on('end', () => session.destroy());
    // Every normal end of a grpc-go client is an error for Node: its GOAWAY names a stream that Node did not open.
    session.on('error', () => session.destroy());
    session.on('stream', (stream, headers) => this.#take(stream, headers));
    session.on('close', () => {
      onClosed();
      socket.destroy();
    });
  }

  /** A watch may be silent for as long as it likes. @param time of `performance.now()` */
  isIdleSince(time: number): boolean {
    return this.#streams === 0 && this.#restingSince < time;
  }

  close(): void {
    this.#session.close();
  }

  destroy(code: number = constants.NGHTTP2_NO_ERROR): void {
    this.#session.destroy(undefined, code);
  }

  #take(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    this.#streams++;
    // A reset by the client is an event like any other; without a listener it would end the process.
    stream.on('error', () => {});
    stream.on('close', () => {
      this.#streams--;
      this.#restingSince = performance.now();
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR && this.#flood.reset()) this.#endFlood();
    });
    if (this.#flood.open()) this.#endFlood();
    if (!this.#isFlooded) this.#serve(stream, headers, this.#socket);
  }

  /** Past a rate of its own, the library under Node stops reading and keeps the socket, without any event. */
  #endFlood(): void {
    if (this.#isFlooded) return;
    this.#isFlooded = true;
    // Not from within the events of the session itself.
    setImmediate(() => {
      this.destroy(constants.NGHTTP2_ENHANCE_YOUR_CALM);
      this.#socket.destroy();
    });
  }
}
