import http from 'node:http';
import { deferred } from '../support/deferred.ts';

/** A request as it goes onto the wire: the target is sent as given. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, escaped. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** A client with one connection, which it keeps: to Muster, such a client is one machine. */
export class Client {
  readonly #origin: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  /** @param origin `http://host:port` */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Sends one request. Rejects when there is no full answer within 10 s. */
  async send({ method, target, headers = {}, body }: WireRequest): Promise<Answer> {
    const { promise, resolve, reject } = deferred<Answer>();
    const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const req = http.request(this.#origin, {
      method,
      path: target,
      agent: this.#agent,
      headers: { ...type, ...headers },
      signal: AbortSignal.timeout(10_000),
    });
    req.on('error', reject);
    req.on('response', (res) => {
      const chunks: Buffer[] = [];
      res.on('data', (chunk: Buffer) => chunks.push(chunk));
      res.on('error', reject);
      res.on('end', () => {
        const { statusCode: status = 0, headers } = res;
        resolve({ status, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    req.end(body);
    return promise;
  }

  get(target: string): Promise<Answer> {
    return this.send({ method: 'GET', target });
  }

  put(target: string, body: string): Promise<Answer> {
    return this.send({ method: 'PUT', target, body });
  }

  delete(target: string): Promise<Answer> {
    return this.send({ method: 'DELETE', target });
  }

  /** Closes its connection. */
  close(): void {
    this.#agent.destroy();
  }
}

/** A request that waits for changes, on a connection of its own. */
export class WatchCall {
  /** Resolves when the headers are there. */
  readonly head: Promise<Pick<Answer, 'status' | 'headers'>>;
  readonly #lines: string[] = [];
  readonly #req: http.ClientRequest;
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(origin: string, target: string) {
    const { promise, resolve, reject } = deferred<Pick<Answer, 'status' | 'headers'>>();
    this.head = promise;
    promise.catch(() => {});
    this.#req = http.get(origin, { path: target, agent: new http.Agent({ maxSockets: 1 }) }, (res) => {
      resolve({ status: res.statusCode ?? 0, headers: res.headers });
      let rest = '';
      res.setEncoding('utf8');
      res.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        this.#lines.push(...lines);
        this.#changed();
      });
      res.on('error', () => {});
      res.on('close', () => this.#end());
    });
    this.#req.on('error', (error) => {
      reject(error);
      this.#end();
    });
  }

  /** Whether its answer is complete, or it was aborted. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The lines of its answer so far: one for each event. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Waits until there are so many lines, or the answer has ended. Rejects after `timeoutMs`. */
  async waitForLines(count: number, timeoutMs = 5_000): Promise<readonly string[]> {
    const { promise, resolve, reject } = deferred<void>();
    const timer = setTimeout(
      () => reject(new Error(`${this.#lines.length} of ${count} events within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const look = (): void => {
      if (this.#lines.length >= count || this.#ended) resolve();
    };
    this.#waiting.add(look);
    look();
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
    return this.#lines;
  }

  abort(): void {
    this.#req.destroy();
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    this.#changed();
  }

  #changed(): void {
    for (const look of [...this.#waiting]) look();
  }
}
