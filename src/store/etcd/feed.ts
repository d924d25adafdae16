import { create } from '@bufbuild/protobuf';
import { WATCH } from '../../grpc/etcd-methods.ts';
import type { Event } from '../../proto/kv_pb.ts';
import { WatchRequestSchema, type WatchResponse } from '../../proto/rpc_pb.ts';
import type { EtcdClient } from './etcd-client.ts';
import type { KeyRange } from './layout.ts';

/** What a feed needs of its surroundings. */
export interface FeedOptions {
  readonly client: EtcdClient;
  readonly range: KeyRange;
  /** Told of events in order, all of a revision together, none lost, none twice. */
  readonly onEvents: (events: readonly Event[]) => void;
  /** etcd has compacted past where the feed was. Resolves with the revision to go on behind. */
  readonly onGap: () => Promise<number>;
  readonly onProblem: (error: unknown) => void;
}

const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1000;
/** How long news of a commit may take until another member is asked for them. */
const LATE_MS = 1500;
const LATE_CHECK_MS = 500;

/** The one watch of this replica on everything below the registries, resumed without loss after any break. */
export class Feed {
  readonly #options: FeedOptions;
  readonly #closing = new AbortController();
  /** The revision up to which everything was told. */
  #revision: number;
  #expected: { readonly revision: number; readonly since: number } | undefined;
  #waiters: Array<{ revision: number; resolve: () => void }> = [];
  #current: AbortController | undefined;
  #running: Promise<void> | undefined;
  readonly #lateCheck: NodeJS.Timeout;

  constructor(options: FeedOptions, revision: number) {
    this.#options = options;
    this.#revision = revision;
    this.#lateCheck = setInterval(() => this.#checkLate(), LATE_CHECK_MS).unref();
  }

  get revision(): number {
    return this.#revision;
  }

  start(): void {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    clearInterval(this.#lateCheck);
    this.#closing.abort();
    this.#current?.abort();
    await this.#running;
    this.#wake(Number.POSITIVE_INFINITY);
  }

  /** Resolves when everything up to a revision was told, or after a time, since news may be late. */
  reached(revision: number, timeoutMs: number): Promise<void> {
    if (this.#revision >= revision || this.#closing.signal.aborted) return Promise.resolve();
    this.#expected ??= { revision, since: performance.now() };
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiters.push({
        revision,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      });
    });
  }

  #wake(revision: number): void {
    if (this.#waiters.length === 0) return;
    const reached = this.#waiters.filter((waiter) => waiter.revision <= revision);
    if (reached.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.revision > revision);
    for (const { resolve } of reached) resolve();
  }

  /** A connection can be dead without a sign, and a member can be cut off from the others: both show in late news. */
  #checkLate(): void {
    const expected = this.#expected;
    if (expected === undefined) return;
    if (this.#revision >= expected.revision) this.#expected = undefined;
    else if (performance.now() - expected.since > LATE_MS) {
      this.#expected = undefined;
      this.#current?.abort(new Error('news of commits are late'));
    }
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closing.signal.aborted) {
      const before = this.#revision;
      const { member } = this.#options.client;
      this.#current = new AbortController();
      try {
        await this.#follow(this.#current.signal);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#options.onProblem(error);
        this.#options.client.failOver(member);
      }
      failures = this.#revision > before ? 0 : failures + 1;
      await this.#pause(Math.min(RETRY_MIN_MS * 2 ** Math.min(failures, 10), RETRY_MAX_MS));
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { client, range } = this.#options;
    const createRequest = {
      ...range,
      startRevision: BigInt(this.#revision + 1),
      prevKv: true,
      fragment: true,
      progressNotify: true,
    };
    const request = create(WatchRequestSchema, {
      requestUnion: { case: 'createRequest', value: createRequest },
    });
    let held: Event[] = [];
    for await (const response of client.stream(WATCH, request, signal)) {
      if (response.canceled) {
        if (response.compactRevision > 0n) await this.#cross();
        else throw new Error(`etcd ended the watch: ${response.cancelReason}`);
        return;
      }
      // A long answer comes in parts, cut anywhere, also within a revision.
      held.push(...response.events);
      if (response.fragment) continue;
      this.#tell(held);
      held = [];
    }
    throw new Error('etcd ended the stream of the watch');
  }

  #tell(events: readonly Event[]): void {
    const last = Number(events.at(-1)?.kv?.modRevision ?? 0n);
    const fresh = events.filter(({ kv }) => Number(kv?.modRevision ?? 0n) > this.#revision);
    if (fresh.length === 0) return;
    this.#options.onEvents(fresh);
    this.#revision = last;
    this.#wake(last);
  }

  async #cross(): Promise<void> {
    this.#revision = Math.max(this.#revision, await this.#options.onGap());
    this.#wake(this.#revision);
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/**
 * Reads the commits to a range from a revision on, until one of at least `until`, or until there are more than
 * `maxRevisions` that have an event which `counts`.
 */
export async function readEvents(
  client: EtcdClient,
  range: KeyRange,
  {
    from,
    until,
    maxRevisions,
    counts,
  }: { from: number; until: number; maxRevisions: number; counts: (event: Event) => boolean },
  signal: AbortSignal,
): Promise<Event[] | 'compacted'> {
  const createRequest = { ...range, startRevision: BigInt(from), prevKv: true, fragment: true };
  const request = create(WatchRequestSchema, {
    requestUnion: { case: 'createRequest', value: createRequest },
  });
  const events: Event[] = [];
  const revisions = new Set<bigint>();
  for await (const response of client.stream(WATCH, request, signal)) {
    if (isCompacted(response)) return 'compacted';
    if (response.canceled) throw new Error(`etcd ended the watch: ${response.cancelReason}`);
    for (const event of response.events) {
      events.push(event);
      if (counts(event)) revisions.add(event.kv?.modRevision ?? 0n);
    }
    if (response.fragment) continue;
    if (revisions.size > maxRevisions || Number(events.at(-1)?.kv?.modRevision ?? 0n) >= until) return events;
  }
  throw new Error('etcd ended the stream of the watch');
}

function isCompacted({ canceled, compactRevision }: WatchResponse): boolean {
  return canceled && compactRevision > 0n;
}
