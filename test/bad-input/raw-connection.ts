import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How long an answer may take before a test gives up. Every answer here comes at once. */
const ANSWER_TIMEOUT_MS = 10_000;

/** An HTTP answer as it came over the socket. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; of a repeated header the last one. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** A TCP connection that sends exactly the bytes it is given, and reads whole HTTP answers. */
export class RawConnection implements Disposable {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    // A reset is one of the ways in which a connection may end here.
    socket.on('error', () => {});
    for (const event of ['end', 'close']) {
      socket.once(event, () => {
        this.#ended = true;
        this.#wake();
      });
    }
  }

  /** What came in and belongs to no answer yet. */
  get rest(): string {
    return this.#received.toString('latin1');
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /**
   * The next answer; `undefined` when the connection ended without a whole one.
   *
   * @param hasBody false for the answer to a HEAD, whose Content-Length is that of the GET
   */
  async answer(hasBody = true): Promise<RawAnswer | undefined> {
    for (;;) {
      const parsed = await this.#until(() => parseAnswer(this.#received, hasBody));
      if (parsed === undefined) return undefined;
      this.#received = this.#received.subarray(parsed.length);
      // Interim answers, such as 100, announce the real one.
      if (parsed.answer.status >= 200) return parsed.answer;
    }
  }

  /** Waits until the other side has ended the connection, with or without a reset. */
  async closed(): Promise<void> {
    await this.#until(() => undefined);
  }

  /** Waits until what came in matches, and leaves it there. */
  async received(pattern: RegExp): Promise<void> {
    const found = await this.#until(() => (pattern.test(this.rest) ? true : undefined));
    if (found === undefined) throw new Error(`the connection ended; received: ${this.rest.slice(0, 500)}`);
  }

  /** Looks again whenever something came in, until there is a result or the connection has ended. */
  async #until<T>(look: () => T | undefined): Promise<T | undefined> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), ANSWER_TIMEOUT_MS);
    try {
      for (;;) {
        const result = look();
        if (result !== undefined || this.#ended) return result;
        await new Promise<void>((resolve, reject) => {
          this.#wake = resolve;
          deadline.signal.onabort = () => {
            reject(
              new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms; received: ${this.rest.slice(0, 500)}`),
            );
          };
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Cuts the connection with a reset, as a client does that is killed. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

/** Opens a connection to a port of this machine. */
export async function openRaw(port: number, options: { from?: string } = {}): Promise<RawConnection> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    allowHalfOpen: true,
    noDelay: true,
    ...(options.from === undefined ? {} : { localAddress: options.from }),
  });
  await once(socket, 'connect');
  return new RawConnection(socket);
}

/** Sends bytes over a connection of their own, and answers the first answer to them. */
export async function sendRaw(
  port: number,
  bytes: string | Buffer,
  options: { from?: string } = {},
): Promise<RawAnswer | undefined> {
  using connection = await openRaw(port, options);
  connection.send(bytes);
  return await connection.answer(!String(bytes).startsWith('HEAD '));
}

function parseAnswer(bytes: Buffer, hasBody: boolean): { answer: RawAnswer; length: number } | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const status = Number(statusLine.split(' ')[1]);
  const bodyStart = headEnd + 4;
  const withBody = hasBody && status >= 200 && status !== 204 && status !== 304;
  const length = withBody ? Number(headers.get('content-length') ?? 0) : 0;
  if (bytes.length < bodyStart + length) return undefined;
  const body = bytes.subarray(bodyStart, bodyStart + length).toString('utf8');
  return { answer: { status, headers, body }, length: bodyStart + length };
}
