import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { type Muster, type MusterOptions, startMuster } from '../support/muster.ts';
import { poll } from '../support/poll.ts';
import { openRaw, type RawAnswer, type RawConnection, sendRaw } from '../support/raw-connection.ts';

/** What no answer and no log line may ever show: a stack, a file of ours, a file of Node.js. */
const INTERNALS = /\n\s+at |node:internal|\/dist\/src\/|\/src\/[a-z]|node_modules|TypeError|RangeError/;
const WHOLE_TOKEN = /[0-9a-f]{32}/i;

/** A running Muster whose answers and output are watched for what must never get out. */
export class WatchedMuster implements AsyncDisposable {
  readonly muster: Muster;
  readonly port: number;

  readonly #socketsAtStart: number;

  constructor(muster: Muster) {
    this.muster = muster;
    this.port = muster.port;
    this.#socketsAtStart = countSockets(muster.program.pid);
  }

  /** A new token, for a cluster of three unless told otherwise. */
  async newToken(size = 3): Promise<string> {
    const answer = await this.get(`/new?size=${size}`);
    assert.equal(answer.status, 200, answer.body);
    return answer.body.slice(-32);
  }

  get(target: string, headers = ''): Promise<RawAnswer> {
    return this.request('GET', target, headers);
  }

  /** Sends one request with a Host header; the body is a form. */
  async request(method: string, target: string, headers = '', body?: string): Promise<RawAnswer> {
    const form =
      body === undefined
        ? ''
        : `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
    return this.send(
      `${method} ${target} HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\n${form}${headers}\r\n${body ?? ''}`,
    );
  }

  /** Sends exactly these bytes; there must be an answer, without internals. */
  async send(bytes: string | Buffer): Promise<RawAnswer> {
    const answer = await sendRaw(this.port, bytes);
    assert.ok(answer, `no answer to ${JSON.stringify(String(bytes).slice(0, 200))}`);
    assert.doesNotMatch(answer.body, INTERNALS);
    return answer;
  }

  /** Registers a member whose id and value are made up from a number. */
  register(token: string, number: number): Promise<RawAnswer> {
    const value = encodeURIComponent(`n${number}=http://10.0.0.${number}:2380`);
    return this.request('PUT', `/${token}/a${number}?prevExist=false`, '', `value=${value}`);
  }

  /** A watch that is parked when this resolves: the request before it on the connection was answered. */
  async park(target: string, options: { from?: string } = {}): Promise<RawConnection> {
    const connection = await openRaw(this.port, options);
    const host = `HTTP/1.1\r\nHost: 127.0.0.1:${this.port}\r\n\r\n`;
    connection.send(`GET /robots.txt ${host}GET ${target} ${host}`);
    assert.equal((await connection.answer())?.status, 200);
    return connection;
  }

  /** Connections that came since the start and are still held. */
  get connections(): number {
    return countSockets(this.muster.program.pid) - this.#socketsAtStart;
  }

  /** Watches that are held now. */
  async countWatches(): Promise<number> {
    const { body } = await this.get('/metrics');
    return Number(/^muster_watches (\d+)$/m.exec(body)?.[1]);
  }

  /** A good request is answered as ever, and every connection of before is gone. */
  async assertSound(): Promise<void> {
    const token = await this.newToken(1);
    assert.equal((await this.register(token, 1)).status, 201);
    const read = await this.get(`/${token}`);
    assert.equal(read.status, 200);
    assert.match(read.body, /"value":"n1=http:\/\/10\.0\.0\.1:2380"/);
    await poll('all connections closed', 5000, async () => (this.connections <= 0 ? true : undefined));
    await poll('all watches released', 5000, async () =>
      (await this.countWatches()) === 0 ? true : undefined,
    );
  }

  /** Nothing that was printed so far holds a whole token or a stack. */
  assertDiscreet(): void {
    const output = this.muster.log.lines.join('\n');
    assert.doesNotMatch(output, WHOLE_TOKEN);
    assert.doesNotMatch(output, INTERNALS);
    assert.doesNotMatch(output, /Warning/);
  }

  /** Ends it as an operator would; it must have been discreet to its last line. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      const { code } = await this.muster.stop();
      assert.equal(code, 0, this.muster.log.tail);
      this.assertDiscreet();
    } finally {
      await this.muster[Symbol.asyncDispose]();
    }
  }
}

/** Starts a Muster that lets tests make as many tokens as they like. */
export async function startWatchedMuster(options: MusterOptions = {}): Promise<WatchedMuster> {
  const args = options.args ?? ['--rate-limit', 'off'];
  return new WatchedMuster(await startMuster({ ...options, args }));
}

/** The sockets of a process, where the system shows them (Linux). */
function countSockets(pid: number): number {
  if (process.platform !== 'linux') return 0;
  let count = 0;
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      if (readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')) count++;
    } catch {
      // Closed between the two calls.
    }
  }
  return count;
}
