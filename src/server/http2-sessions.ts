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
    // Every normal end of a grpc-go client is an error for Node: its GOAWAY names a stream that Node did not open.
    session.on('error', () => session.destroy());
    let streams = 0;
    session.on('stream', (stream, headers) => {
      streams++;
      stream.once('close', () => streams--);
      this.#serve(stream, headers, socket);
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
