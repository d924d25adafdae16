import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';

/** A node of the v2 keys API. */
export interface V2Node {
  readonly key: string;
  readonly value?: string;
  readonly dir?: true;
  readonly nodes?: readonly V2Node[];
  readonly modifiedIndex: number;
  readonly createdIndex: number;
}

/** The JSON of an answer, or of a watch's event; an error has the last four. */
export interface V2Document {
  readonly action?: string;
  readonly node?: V2Node;
  readonly prevNode?: V2Node;
  readonly errorCode?: number;
  readonly message?: string;
  readonly cause?: string;
  readonly index?: number;
}

export interface V2Answer {
  readonly status: number;
  /** X-Etcd-Index; NaN where there is none. */
  readonly index: number;
  readonly text: string;
}

/** One member as a list or an event shows it. */
export interface V2Entry {
  readonly id: string;
  readonly value: string;
  readonly index: number;
}

/** Told about what goes over the wire, at the moment when it does. */
export interface V2Traffic {
  sent?(bytes: number): void;
  answered?(): void;
}

/** The answer did not come, or not whole: whether the request was carried out is unknown. */
export class AnswerLost extends Error {}

const TOKEN = /\/([0-9a-f]{32})$/;

/**
 * A client of the v2 dialect on one connection at a time, as a member of a cluster is. Nothing is ever sent
 * twice by itself. Methods reject with `AnswerLost`, and answer whatever status came.
 */
export class V2Client implements Disposable {
  readonly #url: string;
  readonly #traffic: V2Traffic;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** @param url of the service, without a slash at the end */
  constructor(url: string, traffic: V2Traffic = {}) {
    this.#url = url;
    this.#traffic = traffic;
  }

  /** Closes the connection; what is under way is lost. */
  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  /** @param form the body, a form; undefined for none */
  async send(method: string, path: string, form?: URLSearchParams, signal?: AbortSignal): Promise<V2Answer> {
    const response = await this.#open(method, path, form, signal);
    try {
      response.setEncoding('utf8');
      let text = '';
      for await (const chunk of response) text += chunk;
      this.#traffic.answered?.();
      return { status: response.statusCode ?? 0, index: indexOf(response), text };
    } catch (cause) {
      throw new AnswerLost(`${method} ${path}: the answer broke off`, { cause });
    }
  }

  /** Issues a token. */
  async newToken(size: number): Promise<string> {
    const { status, text } = await this.send('GET', `/new?size=${size}`);
    const token = TOKEN.exec(text)?.[1];
    if (status !== 200 || token === undefined) throw new Error(`/new answered ${status} ${text}`);
    return token;
  }

  size(token: string): Promise<V2Answer> {
    return this.send('GET', `/${token}/_config/size`);
  }

  list(token: string): Promise<V2Answer> {
    return this.send('GET', `/${token}`);
  }

  get(token: string, key: string): Promise<V2Answer> {
    return this.send('GET', `/${token}/${key}`);
  }

  /** PUT with `prevExist=false`: a registration, or the election's key `_state`. */
  create(token: string, key: string, value: string): Promise<V2Answer> {
    return this.send('PUT', `/${token}/${key}?prevExist=false`, new URLSearchParams({ value }));
  }

  remove(token: string, key: string): Promise<V2Answer> {
    return this.send('DELETE', `/${token}/${key}`);
  }

  /** One event of a token's folder, or of a key in it: the first from `waitIndex` on. */
  wait(
    token: string,
    waitIndex: number,
    options: { key?: string; signal?: AbortSignal } = {},
  ): Promise<V2Answer> {
    const { key, signal } = options;
    return this.send('GET', watchPath(token, waitIndex, key), undefined, signal);
  }

  /** The events of a token's folder, or of a key in it, for as long as the caller reads on. */
  async *events(token: string, waitIndex: number, key?: string): AsyncGenerator<V2Document, void, undefined> {
    const response = await this.#open('GET', `${watchPath(token, waitIndex, key)}&stream=true`);
    try {
      response.setEncoding('utf8');
      let rest = '';
      for await (const chunk of response) {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield JSON.parse(line) as V2Document;
      }
    } catch (cause) {
      throw new AnswerLost('the stream of events broke off', { cause });
    } finally {
      response.destroy();
    }
  }

  #open(
    method: string,
    path: string,
    form?: URLSearchParams,
    signal?: AbortSignal,
  ): Promise<IncomingMessage> {
    const body = form?.toString() ?? '';
    return new Promise((resolve, reject) => {
      const lost = (cause: unknown): void =>
        reject(new AnswerLost(`${method} ${path}: no answer`, { cause }));
      const req: ClientRequest = request(
        this.#url + path,
        {
          method,
          agent: this.#agent,
          ...(signal === undefined ? {} : { signal }),
          headers:
            form === undefined
              ? {}
              : {
                  'Content-Type': 'application/x-www-form-urlencoded',
                  'Content-Length': Buffer.byteLength(body),
                },
        },
        resolve,
      );
      req.on('error', lost);
      req.end(body, () => this.#traffic.sent?.(method.length + path.length + body.length));
    });
  }
}

function watchPath(token: string, waitIndex: number, key: string | undefined): string {
  const query = `wait=true&waitIndex=${waitIndex}`;
  return key === undefined ? `/${token}?recursive=true&${query}` : `/${token}/${key}?${query}`;
}

function indexOf(response: IncomingMessage): number {
  const header = response.headers['x-etcd-index'];
  return typeof header === 'string' ? Number(header) : Number.NaN;
}

/** The JSON of an answer. Throws where it is none. */
export function parseDocument({ text }: V2Answer): V2Document {
  return JSON.parse(text) as V2Document;
}

/** The key of a node as an entry, under its last path element. Throws for what is no key with a value. */
export function parseEntry(node: V2Node | undefined): V2Entry {
  if (node?.value === undefined) throw new Error(`not a key with a value: ${JSON.stringify(node)}`);
  if (node.createdIndex !== node.modifiedIndex) throw new Error(`was overwritten: ${JSON.stringify(node)}`);
  return { id: node.key.slice(node.key.lastIndexOf('/') + 1), value: node.value, index: node.createdIndex };
}

/** The members of a token's folder, in the order of the answer. Throws for any other answer. */
export function parseList(answer: V2Answer): V2Entry[] {
  const { node } = parseDocument(answer);
  if (answer.status !== 200 || node?.dir !== true)
    throw new Error(`no list: ${answer.status} ${answer.text}`);
  return (node.nodes ?? []).map(parseEntry);
}
