import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** How long an answer may take before a test gives up. Every answer here comes at once. */
const ANSWER_TIMEOUT_MS = 10_000;

/** An HTTP answer as it came over the socket. */
export interface RawAnswer {
  readonly status: number;
  /** Such as `HTTP/1.1 200 OK`. */
  readonly statusLine: string;
  /** By lower-case name; of a repeated header the last one. */
  readonly headers: ReadonlyMap<string, string>;
  /** In the order and the case of the wire. */
  readonly wireHeaders: readonly (readonly [name: string, value: string])[];
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

  /**
   * The next answer, which must be whole and must say how long it is.
   *
   * @param hasBody false for the answer to a HEAD
   * @throws Error where it is not
   */
  async read(hasBody = true): Promise<RawAnswer> {
    const answer = await this.answer(hasBody);
    if (answer === undefined) throw new Error(`the connection ended; received: ${this.rest.slice(0, 500)}`);
    if (!answer.headers.has('content-length')) {
      throw new Error(`an answer without a Content-Length: ${answer.statusLine}`);
    }
    return answer;
  }

  /** Sends one request and reads its answer, as `read` does. */
  ask(request: string): Promise<RawAnswer> {
    this.send(request);
    return this.read(!request.startsWith('HEAD '));
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

  close(): void {
    this.socket.destroy();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The value of a header; its name as it is on the wire. Undefined where it is not there. */
export function headerOf({ wireHeaders }: RawAnswer, name: string): string | undefined {
  return wireHeaders.find(([known]) => known === name)?.[1];
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
  const wireHeaders = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const headers = new Map(wireHeaders.map(([name, value]) => [name.toLowerCase(), value]));
  const status = Number(statusLine.split(' ')[1]);
  const bodyStart = headEnd + 4;
  const withBody = hasBody && status >= 200 && status !== 204 && status !== 304;
  const length = withBody ? Number(headers.get('content-length') ?? 0) : 0;
  if (bytes.length < bodyStart + length) return undefined;
  const body = bytes.subarray(bodyStart, bodyStart + length).toString('utf8');
  return { answer: { status, statusLine, headers, wireHeaders, body }, length: bodyStart + length };
}
