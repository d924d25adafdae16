import { create } from '@bufbuild/protobuf';
import type { Clock } from '../../clock/clock.ts';
import { MusterError } from '../../errors.ts';
import { GrpcCallError } from '../../grpc/client.ts';
import { ALARM, RANGE, STATUS, TXN } from '../../grpc/etcd-methods.ts';
import type { Event } from '../../proto/kv_pb.ts';
import {
  AlarmRequest_AlarmAction,
  AlarmRequestSchema,
  AlarmType,
  RangeRequestSchema,
  StatusRequestSchema,
  TxnRequestSchema,
} from '../../proto/rpc_pb.ts';
import { assertToken, expireOperations, tokenChangeOf } from '../apply-operations.ts';
import type {
  Commit,
  Committed,
  Decision,
  Store,
  StoreObserver,
  StoreStats,
  TokenEntries,
  TokenRange,
} from '../store.ts';
import { WatchHub } from '../watch-hub.ts';
import { readAllTokens } from './all-tokens.ts';
import { CommitQueue } from './commit-queue.ts';
import { readCommits, type TokenCommit } from './commits.ts';
import { type EtcdAccess, EtcdClient, fullError, unavailable } from './etcd-client.ts';
import { Expiry } from './expiry.ts';
import { Feed } from './feed.ts';
import { type KeyRange, Layout, toEntries } from './layout.ts';
import { expiryOf } from './lease-ids.ts';
import { Leases } from './leases.ts';
import { TokenHistory } from './token-history.ts';
import { TokenReader } from './token-reader.ts';
import { TokenStates } from './token-states.ts';
import { buildForgetting, toOp } from './transaction.ts';

/** What the etcd store is made with. */
export interface EtcdStoreOptions extends EtcdAccess {
  /** Stands before every key, so that an etcd can be shared. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly observer?: StoreObserver;
  /** How long a commit is tried. Default: 4500, since clients of discovery wait for 5 s. */
  readonly commitTimeoutMs?: number;
  /** Told of what the operator should know and no client is told. */
  readonly onProblem?: (problem: string, error: unknown) => void;
}

const OPEN_MS = 10_000;
const CALL_MS = 4500;
/** Tokens that are removed together. */
const EXPIRED_AT_ONCE = 64;
/** A writer is answered when this replica's watches have its commit; where news are late, no later than this. */
const PUBLISH_MS = 250;

/**
 * A store that keeps nothing itself: all is in an etcd cluster (3.4 or later), and any number of replicas may stand
 * before it. Resolves when the cluster answers.
 *
 * @throws MusterError `store-unavailable`, `bad-setting`
 */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const client = new EtcdClient(options);
  const layout = new Layout(options.prefix);
  let store: EtcdStore | undefined;
  try {
    const request = create(RangeRequestSchema, { ...layout.tokens, countOnly: true });
    const { header } = await client.read(RANGE, request, { deadline: performance.now() + OPEN_MS });
    store = new EtcdStore({
      options,
      client,
      layout,
      clusterId: (header?.clusterId ?? 0n).toString(16).padStart(16, '0'),
      revision: Number(header?.revision ?? 0n),
    });
    await store.start();
    return store;
  } catch (error) {
    await store?.close();
    client.close();
    throw describeOpening(error, options.endpoints);
  }
}

interface EtcdStoreParts {
  readonly options: EtcdStoreOptions;
  readonly client: EtcdClient;
  readonly layout: Layout;
  readonly clusterId: string;
  readonly revision: number;
}

class EtcdStore implements Store {
  readonly clusterId: string;
  readonly #options: EtcdStoreOptions;
  readonly #client: EtcdClient;
  readonly #layout: Layout;
  readonly #states: TokenStates;
  readonly #reader: TokenReader;
  readonly #leases: Leases;
  readonly #queue: CommitQueue;
  readonly #history: TokenHistory;
  readonly #hub: WatchHub;
  readonly #feed: Feed;
  readonly #expiry: Expiry;
  #closing: Promise<void> | undefined;

  constructor({ options, client, layout, clusterId, revision }: EtcdStoreParts) {
    const { clock, observer } = options;
    this.clusterId = clusterId;
    this.#options = options;
    this.#client = client;
    this.#layout = layout;
    this.#states = new TokenStates(layout);
    this.#reader = new TokenReader(client, layout, this.#states);
    this.#leases = new Leases(client, clock);
    const now = (): number => clock.now();
    this.#history = new TokenHistory({ client, layout, states: this.#states, reader: this.#reader, now });
    this.#hub = new WatchHub({ replay: (token, from, max) => this.#history.replay(token, from, max) });
    this.#feed = new Feed(
      {
        client,
        range: layout.registries,
        onEvents: (events) => this.#takeEvents(events),
        onGap: () => this.#crossGap(),
        onProblem: (error) => this.#tell('the watch of the etcd cluster broke, and is resumed', error),
      },
      revision,
    );
    this.#queue = new CommitQueue({
      client,
      layout,
      states: this.#states,
      leases: this.#leases,
      clock,
      commitMs: options.commitTimeoutMs ?? CALL_MS,
      revision: () => this.#feed.revision,
      published: (at) => this.#feed.reached(at, PUBLISH_MS),
      onFlushed: (commits, seconds) => observer?.batchFlushed?.(commits, seconds),
      onFailed: (error) => {
        observer?.batchFailed?.(error);
        this.#tell('a commit to the etcd cluster failed', error);
      },
    });
    this.#expiry = new Expiry({
      clock,
      expire: (time) => this.#expire(time),
      onProblem: (error) => this.#tell('what is over could not be removed, and is tried again', error),
    });
  }

  /** Begins to follow what others do, and what is due. */
  async start(): Promise<void> {
    this.#feed.start();
    for (const time of await this.#leases.times({ deadline: performance.now() + OPEN_MS })) {
      this.#expiry.note(time);
    }
  }

  get revision(): number {
    return this.#feed.revision;
  }

  range(token: string): Promise<TokenRange> {
    this.#assertOpen();
    return this.#reader.read(token).then(({ revision, entries }) => ({ revision, entries }), refuse);
  }

  async rangeAt(token: string, revision: number): Promise<TokenRange> {
    this.#assertOpen();
    const request = create(RangeRequestSchema, {
      ...this.#layout.keysOf(token),
      revision: BigInt(revision),
    });
    try {
      const { header, kvs } = await this.#client.read(RANGE, request, deadline());
      return { revision: Number(header?.revision ?? 0n), entries: toEntries(this.#layout, kvs) };
    } catch (error) {
      if (error instanceof GrpcCallError && error.message.includes('has been compacted')) {
        throw new MusterError('compacted', 'what was at that revision was compacted', {
          remedy: 'Read what is there now.',
          cause: error,
        });
      }
      return refuse(error);
    }
  }

  async transact<T>(token: string, decide: (range: TokenRange) => Decision<T>): Promise<Committed<T>> {
    assertToken(token);
    this.#assertOpen();
    return this.#queue.transact(token, decide, { expired: false });
  }

  async assertWritable(): Promise<void> {
    this.#assertOpen();
    // Linearizable, so that a majority is there; whether it has room, its alarm says.
    const request = create(RangeRequestSchema, { ...this.#layout.tokens, limit: 1n, keysOnly: true });
    await this.#client.read(RANGE, request, deadline()).catch(refuse);
    const asked = create(AlarmRequestSchema, { action: AlarmRequest_AlarmAction.GET });
    const { alarms } = await this.#client.read(ALARM, asked, deadline()).catch(refuse);
    if (alarms.some(({ alarm }) => alarm === AlarmType.NOSPACE)) throw fullError();
  }

  watch(token: string, fromRevision: number, signal?: AbortSignal): AsyncIterableIterator<Commit> {
    return this.#hub.watch(token, fromRevision, signal);
  }

  async *tokens(): AsyncGenerator<TokenEntries, void, undefined> {
    this.#assertOpen();
    try {
      yield* readAllTokens(this.#client, this.#layout, () => this.#assertOpen());
    } catch (error) {
      refuse(error);
    }
  }

  async stats(): Promise<StoreStats> {
    this.#assertOpen();
    const { registries, tokens, live } = this.#layout;
    const success = [registries, tokens, live].map((range) =>
      toOp('requestRange', create(RangeRequestSchema, { ...range, countOnly: true, serializable: true })),
    );
    const { responses } = await this.#client
      .read(TXN, create(TxnRequestSchema, { success }), deadline())
      .catch(refuse);
    const [all = 0, ofStore = 0, alive = 0] = responses.map(({ response }) =>
      response.case === 'responseRange' ? Number(response.value.count) : 0,
    );
    // Of the member that answers: what its quota is about, with what others keep in it.
    const { dbSize } = await this.#client.read(STATUS, create(StatusRequestSchema), deadline()).catch(refuse);
    return {
      kind: 'etcd',
      revision: this.revision,
      keys: all - ofStore,
      tokens: alive,
      watchers: this.#hub.watchers,
      sizeBytes: Number(dbSize),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    await this.#expiry.stop();
    await this.#queue.idle();
    await this.#history.idle();
    this.#hub.close();
    await this.#feed.close();
    this.#client.close();
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new MusterError('store-closed', 'the store is closed');
  }

  #tell(problem: string, error: unknown): void {
    this.#options.onProblem?.(problem, error);
  }

  #takeEvents(events: readonly Event[]): void {
    for (const { kv } of events) {
      const expiresAt = kv === undefined ? undefined : expiryOf(kv.lease);
      if (expiresAt !== undefined) this.#expiry.note(expiresAt);
    }
    const now = (): number => this.#options.clock.now();
    for (const tokenCommit of readCommits(events, this.#layout, now)) this.#takeCommit(tokenCommit);
  }

  #takeCommit({ token, commit, commitRevision, isWhole }: TokenCommit): void {
    this.#states.apply(token, commit, commitRevision);
    if (!isWhole) {
      // What is missing shows when the token is read again.
      this.#states.forget(token);
      this.#hub.overrun(token);
      return;
    }
    if (commit.events.length === 0) return;
    if (commit.isForeign === true) this.#options.observer?.foreignCommit?.(token, commit);
    const change = tokenChangeOf(commit);
    this.#hub.publish(token, commit, change !== 'ended' && change !== 'expired');
    if (change === 'ended' || change === 'expired')
      this.#options.observer?.tokenEnded?.(change === 'expired');
  }

  /** What happened in between is not known: whoever watches reads on from the history, or from what is there now. */
  async #crossGap(): Promise<number> {
    const request = create(RangeRequestSchema, { ...this.#layout.tokens, countOnly: true });
    const { header } = await this.#client.read(RANGE, request, deadline());
    const revision = Number(header?.revision ?? 0n);
    this.#states.clear(revision);
    for (const time of await this.#leases.times(deadline())) this.#expiry.note(time);
    // In the next turn, when the feed goes on behind the gap.
    setImmediate(() => this.#hub.overrun());
    return revision;
  }

  /** Removes the keys whose time is over, token by token; the lease that they hung on ends with them. */
  async #expire(time: number): Promise<void> {
    const keys = await this.#leases.keys(time, deadline());
    const tokens = new Set(keys.flatMap((key) => this.#tokenOf(key) ?? []));
    // A few at a time: what clients ask for has its turn in between, however many end together.
    const due = [...tokens];
    while (due.length > 0) {
      await Promise.all(due.splice(0, EXPIRED_AT_ONCE).map((token) => this.#expireToken(token)));
    }
    if (keys.length > 0) await this.#leases.revoke(time, deadline());
  }

  #tokenOf(key: Uint8Array): string | undefined {
    return startsWith(key, this.#layout.registries) ? this.#layout.parse(key)?.token : undefined;
  }

  async #expireToken(token: string): Promise<void> {
    const now = this.#options.clock.now();
    const { outcome } = await this.#queue.transact(
      token,
      ({ entries }) => ({
        operations: expireOperations(entries, now),
        outcome: entries.length === 0,
      }),
      { expired: true },
    );
    if (outcome) await this.#forget(token);
  }

  /** Removes what the store keeps for itself of a token that has nothing else. */
  async #forget(token: string): Promise<void> {
    const { state } = await this.#reader.read(token);
    if (state.entries.length > 0 || state.commitRevision === 0) return;
    const request = buildForgetting(this.#layout, state, token);
    await this.#client.read(TXN, request, deadline());
    this.#states.forget(token);
  }
}

function deadline(): { readonly deadline: number } {
  return { deadline: performance.now() + CALL_MS };
}

function startsWith(key: Uint8Array, { key: start, rangeEnd }: KeyRange): boolean {
  return Buffer.compare(key, start) >= 0 && Buffer.compare(key, rangeEnd) < 0;
}

/** What etcd refuses is a fault of the set-up, of which clients are told that the store is not there. */
function refuse(error: unknown): never {
  throw error instanceof MusterError ? error : unavailable(error);
}

/** The operator is there when Muster starts, and is told what etcd said. */
function describeOpening(error: unknown, endpoints: readonly string[]): unknown {
  const cause = error instanceof MusterError ? error.cause : error;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new MusterError(
    'bad-setting',
    `the etcd cluster at ${endpoints.join(', ')} does not answer: ${reason}`,
    {
      remedy:
        'Check the addresses of --store etcd:URL[,URL...], its TLS files and its user, and that etcd runs.',
      cause: error,
    },
  );
}
