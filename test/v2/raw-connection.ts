import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { deferred } from '../support/log-lines.ts';

/** An answer as it was on the wire. */
export interface RawAnswer {
  /** Such as `HTTP/1.1 200 OK`. */
  readonly statusLine: string;
  /** In the order and the case of the wire. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** The bytes of the body as text. */
  readonly body: string;
}

/** The value of a header; its name as it is on the wire. Undefined where it is not there. */
export function headerOf({ headers }: RawAnswer, name: string): string | undefined {
  return headers.find(([known]) => known === name)?.[1];
}

/** A TCP connection that sends bytes as they are, and reads answers with a Content-Length. */
export class RawConnection {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #isClosed = false;
  #notify: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#notify();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#isClosed = true;
      this.#notify();
    });
  }

  /** @param origin `http://host:port` */
  static async open(origin: string): Promise<RawConnection> {
    const { hostname, port } = new URL(origin);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** How many bytes have arrived that belong to no answer that was read. */
  get bytesWaiting(): number {
    return this.#received.length;
  }

  /** Sends a request and reads its answer. */
  async ask(request: string): Promise<RawAnswer> {
    this.send(request);
    return this.read(request.startsWith('HEAD '));
  }

  send(bytes: string): void {
    this.#socket.write(bytes);
  }

  /**
   * Reads one answer to its end.
   *
   * @param isBodyless whether it answers a HEAD
   * @throws Error when the connection ends first, or after 10 s
   */
  async read(isBodyless = false): Promise<RawAnswer> {
    const head = await this.#take(() => {
      const end = this.#received.indexOf('\r\n\r\n');
      return end === -1 ? undefined : end + 4;
    });
    const [statusLine = '', ...lines] = head.toString('latin1').trimEnd().split('\r\n');
    const headers = lines.map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    });
    const length = Number(headers.find(([name]) => name === 'Content-Length')?.[1]);
    if (Number.isNaN(length)) throw new Error(`an answer without a Content-Length: ${head}`);
    const body = isBodyless ? Buffer.alloc(0) : await this.#take(() => length);
    return { statusLine, headers, body: body.toString() };
  }

  /** Takes bytes from the front as soon as `lengthOf` can say how many, and they are there. */
  async #take(lengthOf: () => number | undefined): Promise<Buffer> {
    for (const deadline = Date.now() + 10_000; ; ) {
      const length = lengthOf();
      if (length !== undefined && this.#received.length >= length) {
        const taken = this.#received.subarray(0, length);
        this.#received = this.#received.subarray(length);
        return taken;
      }
      if (this.#isClosed) throw new Error(`the connection ended after "${this.#received}"`);
      const { promise, resolve } = deferred<void>();
      this.#notify = resolve;
      const timer = setTimeout(resolve, deadline - Date.now());
      await promise;
      clearTimeout(timer);
      if (Date.now() >= deadline) throw new Error(`no full answer within 10 s: "${this.#received}"`);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
