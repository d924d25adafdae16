import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer, as far as the benches look at it. */
export interface Answer {
  readonly status: number;
  /** The header X-Etcd-Index; 0 where there is none. */
  readonly index: number;
  readonly body: string;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

/**
 * One HTTP/1.1 connection that sends what etcd's clients send, one request at a time. It does as little as it
 * can, since it shares the machine with the server that it measures.
 */
export class HttpConnection {
  readonly socket: Socket;
  readonly #host: string;
  #received = '';
  #waiting: Waiting | undefined;
  #requests = 0;

  constructor(socket: Socket, host: string) {
    this.socket = socket;
    this.#host = host;
    // Headers are ASCII, and so is every body here: one byte is one character.
    socket.setEncoding('latin1');
    socket.setNoDelay(true);
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  get(path: string): Promise<Answer> {
    return this.#send(`GET ${path} HTTP/1.1\r\n${this.#headers()}\r\n`);
  }

  /** @param form `name=value` with the value escaped */
  put(path: string, form: string): Promise<Answer> {
    const type = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}`;
    return this.#send(`PUT ${path} HTTP/1.1\r\n${this.#headers()}${type}\r\n\r\n${form}`);
  }

  /** How many were sent so far. */
  get requests(): number {
    return this.#requests;
  }

  close(): void {
    this.socket.destroy();
  }

  #headers(): string {
    return `Host: ${this.#host}\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n`;
  }

  #send(text: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#waiting !== undefined) throw new Error('a request is under way already');
      this.#waiting = { resolve, reject };
      this.#requests += 1;
      this.socket.write(text, 'latin1');
    });
  }

  #take(text: string): void {
    this.#received += text;
    const parsed = parseAnswer(this.#received);
    if (parsed === undefined) return;
    this.#received = this.#received.slice(parsed.length);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(parsed.answer);
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** Opens a connection to `http://host:port`. */
export async function openConnection(url: string): Promise<HttpConnection> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  return new HttpConnection(socket, host);
}

/** The first answer in the text with its length; undefined while it is not complete. */
function parseAnswer(text: string): { answer: Answer; length: number } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return undefined;
  const head = text.slice(0, headEnd);
  const status = Number(head.slice(9, 12));
  const index = Number(/^x-etcd-index: *(\d+)/im.exec(head)?.[1] ?? 0);
  const bodyStart = headEnd + 4;
  const contentLength = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (contentLength !== undefined) {
    const length = bodyStart + Number(contentLength);
    if (text.length < length) return undefined;
    return { answer: { status, index, body: text.slice(bodyStart, length) }, length };
  }
  const chunks = parseChunks(text, bodyStart);
  return chunks && { answer: { status, index, body: chunks.body }, length: chunks.end };
}

/** A body in chunks from `start` on; undefined while its last one is missing. */
function parseChunks(text: string, start: number): { body: string; end: number } | undefined {
  let body = '';
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    const end = lineEnd + 2 + size + 2;
    if (text.length < end) return undefined;
    if (size === 0) return { body, end };
    body += text.slice(lineEnd + 2, lineEnd + 2 + size);
    at = end;
  }
}
