import { setMaxListeners } from 'node:events';
import { isMusterError, MusterError } from '../../errors.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { FloodGate } from '../../http/requester.ts';
import { parseMemberKey, STATE_KEY } from '../../registry/keys.ts';
import type { Registry } from '../../registry/registry.ts';
import { isOver, type TokenReport } from '../../registry/token-report.ts';
import type { Commit } from '../../store/store.ts';
import type { Heartbeat } from './heartbeat.ts';

/** What streams of events need of their surroundings. */
export interface EventsOptions {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  readonly heartbeat: Heartbeat;
  /** Aborts when the service stops: every stream then ends, so that its reader comes back to another replica. */
  readonly stopping: AbortSignal;
  /** Told about faults of ours, which clients are not. */
  readonly onFault: (error: unknown) => void;
}

/** The names of the events, in the order in which a reader meets them. */
type EventName = 'open' | 'member' | 'removed' | 'election' | 'state' | 'attempt';

/**
 * `GET /v1/tokens/<token>/events`: what happens to a token, as Server-Sent Events. Begins with `open`, the state as it is;
 * then each change, and after it the state again. The id of an event is the revision that all before it is known at, so that a reader that comes back
 * with `Last-Event-ID` misses nothing. The stream ends with the token.
 *
 * @throws MusterError `unknown-token`, `rate-limited`, before anything was sent
 */
export async function serveEvents(exchange: Exchange, token: string, options: EventsOptions): Promise<void> {
  const { registry, floodGate, stopping } = options;
  const report = await registry.report(token);
  // A stop tells those who follow by then; this one comes back to another replica.
  if (stopping.aborted) throw new MusterError('store-closed', 'the service is stopping');
  const release = floodGate.openWatch(exchange.requester.address, token);
  if (release === undefined) {
    throw new MusterError('rate-limited', 'too many watches are open', { remedy: 'try again later' });
  }
  const stream = new EventStream(exchange, token, options, report);
  const end = (): void => stream.end();
  const { socket } = exchange.req;
  // A client that is gone closes like one that has nothing more to send, so neither is waited for.
  const hangUp = (): void => void socket.destroy();
  socket.once('end', hangUp);
  if (socket.readableEnded) hangUp();
  // Thousands of streams hang on this one signal, which Node would take for a leak from the eleventh on.
  setMaxListeners(0, stopping);
  stopping.addEventListener('abort', end);
  try {
    await stream.run(lastEventId(exchange) ?? report.revision);
  } finally {
    socket.removeListener('end', hangUp);
    stopping.removeEventListener('abort', end);
    release();
  }
}

/** The revision that a reader has seen; undefined where it is new, or names none of ours. */
function lastEventId({ req }: Exchange): number | undefined {
  const text = req.headers['last-event-id'];
  return typeof text === 'string' && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
}

/** One reader. A class and no generator, since thousands are open at a time. */
class EventStream {
  readonly #exchange: Exchange;
  readonly #token: string;
  readonly #options: EventsOptions;
  #report: TokenReport;
  #stop: (() => void) | undefined;
  #isAttemptNew = false;
  #isTellingAttempts = false;

  constructor(exchange: Exchange, token: string, options: EventsOptions, report: TokenReport) {
    this.#exchange = exchange;
    this.#token = token;
    this.#options = options;
    this.#report = report;
  }

  end(): void {
    this.#stop?.();
    this.#exchange.res.end();
  }

  /** @param seen the revision up to which the reader knows what happened */
  async run(seen: number): Promise<void> {
    const { res, baseHeaders, answered, method } = this.#exchange;
    res.writeHead(200, [
      ...baseHeaders,
      'Content-Type',
      'text/event-stream',
      'Cache-Control',
      'no-store',
      // nginx would gather events until its buffer is full.
      'X-Accel-Buffering',
      'no',
    ]);
    answered(200);
    if (method === 'HEAD') return void res.end();
    const { registry, heartbeat } = this.#options;
    // What a report holds is not told again, also where the service hears of it only afterwards.
    const from = Math.min(seen, Math.max(registry.revision, this.#report.revision));
    this.#send('open', summaryOf(this.#report), from === this.#report.revision ? from : undefined);
    if (isOver(this.#report)) return void res.end();
    const following = registry.follow(this.#token, from + 1, (commit) => this.#tell(commit));
    const stopAttempts = registry.onAttempt(this.#token, () => void this.#tellAttempts());
    const stopHeartbeat = heartbeat.keep(res);
    this.#stop = () => following.stop();
    res.once('close', this.#stop);
    try {
      if (res.destroyed) following.stop();
      await following.ended;
    } catch (error) {
      await this.#tellEnd(error);
    } finally {
      stopAttempts();
      stopHeartbeat();
      res.end();
    }
  }

  async #tell({ revision, events }: Commit): Promise<void> {
    this.#report = await this.#options.registry.report(this.#token);
    for (const event of events) {
      const key = event.type === 'put' ? event.entry.key : event.key;
      const id = parseMemberKey(key);
      if (key === STATE_KEY) this.#send('election', { revision }, undefined);
      if (id === undefined) continue;
      if (event.type === 'delete') this.#send('removed', { id }, undefined);
      const member = this.#report.members.find((one) => one.id === id);
      if (event.type === 'put' && member !== undefined) this.#send('member', member, undefined);
    }
    // The last event of a commit carries its revision: who reads on from there has seen all of the commit.
    if (!this.#send('state', { ...summaryOf(this.#report), revision }, revision)) await this.#drained();
  }

  /** Anybody with the token can have registrations refused: who reads slowly is told once, of how it stands by then. */
  async #tellAttempts(): Promise<void> {
    this.#isAttemptNew = true;
    if (this.#isTellingAttempts) return;
    this.#isTellingAttempts = true;
    try {
      while (this.#isAttemptNew) {
        if (this.#exchange.res.writableNeedDrain) await this.#drained();
        this.#isAttemptNew = false;
        this.#report = await this.#options.registry.report(this.#token);
        const findings = this.#report.findings.map(({ id, severity, sentence }) => ({
          id,
          severity,
          sentence,
        }));
        this.#send('attempt', { findings }, undefined);
      }
    } catch (error) {
      if (!isMusterError(error)) this.#options.onFault(error);
    } finally {
      this.#isTellingAttempts = false;
    }
  }

  /** The end of the token is told; at the end of the service the reader only comes back. */
  async #tellEnd(error: unknown): Promise<void> {
    if (!isMusterError(error)) return this.#options.onFault(error);
    if (!isMusterError(error, 'expired-token', 'revoked-token')) return;
    const report = await this.#options.registry.report(this.#token);
    this.#send('state', summaryOf(report), undefined);
  }

  /** Whether the reader takes more at once. */
  #send(name: EventName, data: object, id: number | undefined): boolean {
    const { res } = this.#exchange;
    if (res.destroyed || res.writableEnded) return true;
    // JSON has no line feeds of its own, which would end the field.
    return res.write(
      `event: ${name}\ndata: ${JSON.stringify(data)}\n${id === undefined ? '' : `id: ${id}\n`}\n`,
    );
  }

  #drained(): Promise<void> {
    const { res } = this.#exchange;
    return new Promise((resolve) => {
      const done = (): void => {
        res.removeListener('drain', done);
        res.removeListener('close', done);
        resolve();
      };
      res.once('drain', done);
      res.once('close', done);
      if (res.destroyed) done();
    });
  }
}

/** What a reader needs to know where it stands. */
function summaryOf({
  state,
  size,
  missing,
  revision,
  expiresAt,
  completedAt,
  findings,
}: TokenReport): object {
  return { state, size, missing, revision, expiresAt, completedAt, findings: findings.map(({ id }) => id) };
}
