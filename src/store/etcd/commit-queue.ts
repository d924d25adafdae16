import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import type { Clock } from '../../clock/clock.ts';
import { MusterError } from '../../errors.ts';
import { GrpcCallError } from '../../grpc/client.ts';
import { RANGE, TXN } from '../../grpc/etcd-methods.ts';
import { GRPC_STATUS } from '../../grpc/status.ts';
import type { KeyValue } from '../../proto/kv_pb.ts';
import {
  RangeRequestSchema,
  type ResponseOp,
  type TxnRequest,
  TxnRequestSchema,
  type TxnResponse,
} from '../../proto/rpc_pb.ts';
import { type Applied, applyOperations, assertOperations } from '../apply-operations.ts';
import type { Committed, Decision, Operation, TokenRange } from '../store.ts';
import { parseCommitNote } from './commits.ts';
import { type EtcdClient, fullError, UnknownOutcome, unavailable } from './etcd-client.ts';
import { COMMIT_KEY, type Layout } from './layout.ts';
import { roundExpiry } from './lease-ids.ts';
import { isNotFound, type Leases } from './leases.ts';
import type { TokenState, TokenStates } from './token-states.ts';
import { buildTransaction, type Change, sizeOf, toOp } from './transaction.ts';

/** What a queue of commits needs of its surroundings. */
export interface CommitQueueOptions {
  readonly client: EtcdClient;
  readonly layout: Layout;
  readonly states: TokenStates;
  readonly leases: Leases;
  readonly clock: Clock;
  /** How long a commit is tried. */
  readonly commitMs: number;
  /** The newest revision that is known. */
  readonly revision: () => number;
  /** Resolves when the watches of this replica know of a revision, or when that takes too long. */
  readonly published: (revision: number) => Promise<void>;
  readonly onFlushed: (commits: number, seconds: number) => void;
  readonly onFailed: (error: unknown) => void;
}

/** Tokens in one transaction of etcd, which takes 128 operations; each token is one that has others within. */
const TOKENS_PER_BATCH = 64;
/** etcd takes requests up to 1.5 MiB (its --max-request-bytes). */
const BATCH_MAX_BYTES = 1_000_000;
/** How often it is looked for what has waited for too long. */
const LATE_CHECK_MS = 250;
/** Between two attempts to carry out a commit whose answer was lost. */
const LOST_RETRY_MS = 50;
/** Batches on their way. More would be smaller; etcd itself flushes what comes meanwhile together. */
const BATCHES_AT_ONCE = 2;

interface Job {
  /** Jobs are numbered as they come. */
  readonly number: number;
  readonly decide: (range: TokenRange) => Decision<unknown>;
  readonly expired: boolean;
  readonly deadline: number;
  readonly resolve: (committed: Committed<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** What waits for one token. Only one batch at a time is about a token. */
interface Lane {
  readonly token: string;
  readonly jobs: Job[];
  isBusy: boolean;
  /**
   * An earlier attempt may still be on its way to etcd. Whatever is answered now must keep it from being carried out
   * later: the next transaction writes the commit key in any case.
   */
  needsFence: boolean;
}

/** What was read of a token, for the jobs up to a number: those that came later may know of more. */
interface Fresh {
  readonly state: TokenState;
  readonly upTo: number;
}

/** A lane in a batch: what was decided on its state. */
interface Plan {
  readonly lane: Lane;
  readonly state: TokenState;
  /** Jobs that change nothing, or were refused: they are answered once it is known that they saw what was there. */
  readonly settled: ReadonlyArray<{ readonly job: Job; readonly answer: Answer }>;
  readonly writer: Writer | undefined;
  readonly change: Change | undefined;
}

interface Writer {
  readonly job: Job;
  readonly outcome: unknown;
  readonly operations: readonly Operation[];
  readonly applied: Applied;
}

type Answer = { readonly outcome: unknown } | { readonly error: unknown };

/**
 * Decides and commits. Every token's transaction has the condition that nothing was committed to the token since the
 * state that was decided on; several tokens share a transaction of etcd, since each of those costs a flush of a quorum.
 */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  readonly #lanes = new Map<string, Lane>();
  readonly #ready = new Set<Lane>();
  readonly #replica = randomBytes(6).toString('hex');
  #jobs = 0;
  #commits = 0;
  #batches = 0;
  #unanswered = 0;
  #isScheduled = false;
  #onIdle: (() => void) | undefined;
  #lateCheck: NodeJS.Timeout | undefined;

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  transact<T>(
    token: string,
    decide: (range: TokenRange) => Decision<T>,
    { expired }: { readonly expired: boolean },
  ): Promise<Committed<T>> {
    return new Promise((resolve, reject) => {
      let lane = this.#lanes.get(token);
      if (lane === undefined) {
        lane = { token, jobs: [], isBusy: false, needsFence: false };
        this.#lanes.set(token, lane);
      }
      const deadline = performance.now() + this.#options.commitMs;
      const number = ++this.#jobs;
      lane.jobs.push({ number, decide, expired, deadline, resolve: resolve as Job['resolve'], reject });
      if (!lane.isBusy) this.#ready.add(lane);
      this.#lateCheck ??= setTimeout(() => this.#checkLate(), LATE_CHECK_MS).unref();
      this.#schedule();
    });
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    if (this.#lanes.size === 0 && this.#unanswered === 0) return;
    await new Promise<void>((resolve) => (this.#onIdle = resolve));
  }

  #schedule(): void {
    if (this.#isScheduled || this.#ready.size === 0 || this.#batches >= BATCHES_AT_ONCE) return;
    this.#isScheduled = true;
    // What comes in the same turn goes together.
    setImmediate(() => {
      this.#isScheduled = false;
      if (this.#ready.size === 0 || this.#batches >= BATCHES_AT_ONCE) return;
      const lanes = [...this.#ready].slice(0, TOKENS_PER_BATCH);
      for (const lane of lanes) {
        this.#ready.delete(lane);
        lane.isBusy = true;
      }
      this.#batches++;
      void this.#run(lanes).finally(() => {
        this.#batches--;
        this.#schedule();
      });
      this.#schedule();
    });
  }

  /** Never rejects. */
  async #run(lanes: readonly Lane[]): Promise<void> {
    // Those that came last have the most time left, and whoever came before them is told no later than that.
    const deadline = Math.max(...lanes.map(({ jobs }) => jobs[0]?.deadline ?? 0));
    try {
      const fresh = await this.#readStates(lanes, deadline);
      const plans = this.#plan(lanes, fresh);
      await this.#commit(plans, deadline);
    } catch (error) {
      const failure = describeRefusal(error);
      this.#options.onFailed(error);
      for (const { jobs } of lanes) for (const job of jobs.splice(0)) job.reject(failure);
    }
    for (const lane of lanes) this.#release(lane);
  }

  /** Tells those in time that wait behind batches which do not come back. */
  #checkLate(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.isBusy) rejectLate(lane);
      else this.#release(lane);
    }
    this.#lateCheck =
      this.#lanes.size === 0 ? undefined : setTimeout(() => this.#checkLate(), LATE_CHECK_MS).unref();
  }

  #release(lane: Lane): void {
    lane.isBusy = false;
    rejectLate(lane);
    if (lane.jobs.length > 0) this.#ready.add(lane);
    else {
      // Nobody waits any more: whoever comes next for this token begins with what etcd has.
      if (lane.needsFence) this.#options.states.forget(lane.token);
      this.#ready.delete(lane);
      this.#lanes.delete(lane.token);
    }
    this.#checkIdle();
  }

  #checkIdle(): void {
    if (this.#lanes.size === 0 && this.#unanswered === 0) this.#onIdle?.();
  }

  /** Reads the tokens that are not known. */
  async #readStates(lanes: readonly Lane[], deadline: number): Promise<ReadonlyMap<Lane, Fresh>> {
    const { client, layout, states } = this.#options;
    const unknown = lanes.filter(({ token, needsFence }) => needsFence || states.get(token) === undefined);
    const read = new Map<Lane, Fresh>();
    const upTo = this.#jobs;
    if (unknown.length === 0) return read;
    const success = unknown.map(({ token }) =>
      toOp('requestRange', create(RangeRequestSchema, layout.keysOf(token))),
    );
    const { header, responses } = await client.read(TXN, create(TxnRequestSchema, { success }), { deadline });
    for (const [index, lane] of unknown.entries()) {
      const revision = Number(header?.revision ?? 0n);
      read.set(lane, { state: states.take(lane.token, kvsOf(responses[index]), revision), upTo });
    }
    return read;
  }

  #plan(lanes: readonly Lane[], fresh: ReadonlyMap<Lane, Fresh>): Plan[] {
    const plans: Plan[] = [];
    let bytes = 0;
    for (const lane of lanes) {
      const read = fresh.get(lane);
      const state = read?.state ?? this.#options.states.get(lane.token);
      // Forgotten in this very moment, or too much for this batch: the lane has its turn in the next one.
      if (state === undefined || bytes > BATCH_MAX_BYTES) continue;
      const plan = this.#decide(lane, state);
      bytes += plan.change === undefined ? 0 : sizeOf(plan.change);
      // What was read for these jobs needs no transaction to be sure of.
      const isSure = read !== undefined && plan.settled.every(({ job }) => job.number <= read.upTo);
      if (plan.change === undefined && isSure) this.#settle(plan, { revision: state.asOf, seen: state.asOf });
      else if (plan.change !== undefined || plan.settled.length > 0) plans.push(plan);
    }
    return plans;
  }

  /** Decides jobs of a lane until one of them changes something. */
  #decide(lane: Lane, state: TokenState): Plan {
    const { clock, revision } = this.#options;
    const range = { revision: Math.max(revision(), state.asOf), entries: state.entries };
    const settled: Array<{ job: Job; answer: Answer }> = [];
    let writer: Plan['writer'];
    while (writer === undefined) {
      const job = lane.jobs.shift();
      if (job === undefined) break;
      try {
        const { operations, outcome } = job.decide(range);
        assertOperations(lane.token, operations);
        const rounded = operations.map((operation) => roundOperation(operation, clock.now()));
        // The revision is put in when it is known.
        const applied = applyOperations(state.entries, rounded, range.revision + 1, job.expired);
        if (applied.events.length === 0) settled.push({ job, answer: { outcome } });
        else writer = { job, outcome, operations: rounded, applied };
      } catch (error) {
        settled.push({ job, answer: { error } });
      }
    }
    if (writer === undefined && !lane.needsFence) {
      return { lane, state, settled, writer, change: undefined };
    }
    const change: Change = {
      token: lane.token,
      state,
      id: `${this.#replica}-${++this.#commits}`,
      operations: writer?.operations ?? [],
      applied: writer?.applied ?? { entries: state.entries, events: [] },
      expired: writer?.job.expired ?? false,
      now: clock.now(),
    };
    return { lane, state, settled, writer, change };
  }

  async #commit(plans: readonly Plan[], deadline: number): Promise<void> {
    if (plans.length === 0) return;
    const { client, layout, leases, onFlushed } = this.#options;
    const startedAt = performance.now();
    try {
      const built = plans.map((plan) => buildTransaction(layout, plan.state, plan.lane.token, plan.change));
      await leases.ensure(
        built.flatMap(({ expiries }) => expiries),
        { deadline },
      );
      const response = await client.write(TXN, joinTransactions(built), { deadline });
      const isAnyWritten = this.#takeResponse(plans, response);
      if (isAnyWritten > 0) onFlushed(isAnyWritten, (performance.now() - startedAt) / 1000);
    } catch (error) {
      if (error instanceof UnknownOutcome) await this.#resolveUnknown(plans);
      else if (plans.length > 1 && isInvalid(error)) {
        // Of all of them, for the sake of one: the others are none the worse for it.
        for (const plan of plans) await this.#commit([plan], deadline);
      } else this.#handOver(plans, error);
    }
  }

  /** Answers how many plans were written. */
  #takeResponse(plans: readonly Plan[], response: TxnResponse): number {
    const revision = Number(response.header?.revision ?? 0n);
    const parts =
      plans.length === 1
        ? [response]
        : response.responses.map(({ response: { value } }) => value as TxnResponse);
    const written = plans.filter((plan, index) => plan.change !== undefined && parts[index]?.succeeded);
    // A transaction that wrote has a revision of its own; what only looked saw the one before.
    const seen = written.length > 0 ? revision - 1 : revision;
    for (const [index, plan] of plans.entries()) {
      const part = parts[index];
      if (part?.succeeded) this.#succeed(plan, { revision, seen });
      else {
        // The token was changed by somebody else: the answer says how it is now.
        this.#options.states.take(plan.lane.token, kvsOf(part?.responses[0]), seen);
        putBack(plan);
      }
    }
    return written.length;
  }

  #succeed(plan: Plan, { revision, seen }: { readonly revision: number; readonly seen: number }): void {
    const { lane, state, writer, change } = plan;
    if (change === undefined) {
      this.#settle(plan, { revision: seen, seen });
      return;
    }
    lane.needsFence = false;
    const entries =
      writer === undefined
        ? state.entries
        : applyOperations(state.entries, change.operations, revision, change.expired).entries;
    this.#options.states.set(lane.token, { entries, commitRevision: revision, asOf: revision });
    this.#settle(plan, { revision, seen });
  }

  /** Answers the jobs of a plan that has become true, when the watches of this replica know of it. */
  #settle(
    { settled, writer }: Plan,
    { revision, seen }: { readonly revision: number; readonly seen: number },
  ): void {
    const answer = (): void => {
      for (const { job, answer } of settled) {
        if ('error' in answer) job.reject(answer.error);
        else job.resolve({ outcome: answer.outcome, revision: seen });
      }
      writer?.job.resolve({ outcome: writer.outcome, revision });
    };
    if (writer === undefined) answer();
    else {
      this.#unanswered++;
      void this.#options.published(revision).then(() => {
        this.#unanswered--;
        answer();
        this.#checkIdle();
      });
    }
  }

  /** The transaction did not reach etcd, or etcd refused it. */
  #handOver(plans: readonly Plan[], error: unknown): void {
    const { states, leases, onFailed } = this.#options;
    if (isNotFound(error)) {
      // A lease ended that this replica had seen to; it is made again.
      leases.forgetAll();
      for (const plan of plans) putBack(plan);
      return;
    }
    onFailed(error);
    for (const plan of plans) {
      states.forget(plan.lane.token);
      const failure = describeRefusal(error);
      for (const { job } of plan.settled) job.reject(failure);
      plan.writer?.job.reject(failure);
    }
  }

  /** Finds out, for each token, whether a transaction was carried out whose answer was lost. */
  async #resolveUnknown(plans: readonly Plan[]): Promise<void> {
    const { states, onFailed } = this.#options;
    await Promise.all(
      plans.map(async (plan) => {
        const { lane, change } = plan;
        states.forget(lane.token);
        if (change === undefined) {
          putBack(plan);
          return;
        }
        try {
          await this.#carryOut(plan, change);
        } catch (error) {
          // Nothing is known: the clients ask again, and are answered as those that come a second time.
          lane.needsFence = true;
          onFailed(error);
          for (const job of jobsOf(plan)) job.reject(describeRefusal(error));
        }
      }),
    );
  }

  /**
   * Sees that a transaction whose answer was lost is carried out, or never will be. The same one is sent again: of
   * several that have one condition, etcd carries out one at most, whichever arrives first. Nothing is decided anew
   * before that is known, since the decision would take what came of the first one for the work of somebody else.
   */
  async #carryOut(plan: Plan, change: Change): Promise<void> {
    const { client, layout, leases, states } = this.#options;
    const { lane, state } = plan;
    const deadline = Math.max(performance.now(), ...jobsOf(plan).map((job) => job.deadline));
    const { request, expiries } = buildTransaction(layout, state, lane.token, change);
    for (;;) {
      if (await this.#settleIfFound(plan, change, deadline)) return;
      try {
        await leases.ensure(expiries, { deadline });
        const response = await client.write(TXN, request, { deadline });
        const at = Number(response.header?.revision ?? 0n);
        if (response.succeeded) {
          this.#succeed(plan, { revision: at, seen: at - 1 });
          return;
        }
        // The condition is gone for good: by the one that was sent first, or by a commit of somebody else.
        if (await this.#settleIfFound(plan, change, deadline)) return;
        // By a write beside Muster, it may come back.
        lane.needsFence = true;
        states.take(lane.token, kvsOf(response.responses[0]), at);
        putBack(plan);
        return;
      } catch (error) {
        if (isNotFound(error)) leases.forgetAll();
        else if (!(error instanceof UnknownOutcome)) throw error;
        if (performance.now() + LOST_RETRY_MS >= deadline) throw unavailable(error);
        await new Promise((resolve) => setTimeout(resolve, LOST_RETRY_MS));
      }
    }
  }

  /** Answers whether the commit of a plan is there; then its jobs are answered, too. */
  async #settleIfFound(plan: Plan, change: Change, deadline: number): Promise<boolean> {
    const revision = await this.#findCommit(change, deadline);
    if (revision === undefined) return false;
    plan.lane.needsFence = false;
    this.#settle(plan, { revision, seen: revision - 1 });
    return true;
  }

  /**
   * The revision of a commit; undefined where it is not there (yet). The value of the commit key tells; where others
   * have committed meanwhile, its earlier values do.
   */
  async #findCommit(change: Change, deadline: number): Promise<number | undefined> {
    const { client, layout } = this.#options;
    const key = layout.key(change.token, COMMIT_KEY);
    for (let revision = 0n; ; ) {
      const { kvs } = await client.read(RANGE, create(RangeRequestSchema, { key, revision }), { deadline });
      const [kv] = kvs;
      if (kv === undefined || Number(kv.modRevision) <= change.state.commitRevision) return undefined;
      if (parseCommitNote(kv.value)?.id === change.id) return Number(kv.modRevision);
      revision = kv.modRevision - 1n;
    }
  }
}

function jobsOf({ settled, writer }: Plan): Job[] {
  return [...settled.map(({ job }) => job), ...(writer === undefined ? [] : [writer.job])];
}

function putBack(plan: Plan): void {
  plan.lane.jobs.unshift(...jobsOf(plan));
}

function rejectLate({ jobs }: Lane): void {
  while ((jobs[0]?.deadline ?? Number.POSITIVE_INFINITY) < performance.now()) {
    jobs.shift()?.reject(unavailable(new Error('the time of the commit is over')));
  }
}

/** Whether etcd says that a transaction is too large, or has too much in it. */
function isInvalid(error: unknown): boolean {
  return error instanceof GrpcCallError && error.status === GRPC_STATUS.invalidArgument;
}

function roundOperation(operation: Operation, now: number): Operation {
  if (operation.type === 'delete' || operation.expiresAt === undefined) return operation;
  return { ...operation, expiresAt: roundExpiry(operation.expiresAt, now) };
}

function joinTransactions(built: ReadonlyArray<{ readonly request: TxnRequest }>): TxnRequest {
  const [only] = built;
  if (built.length === 1 && only !== undefined) return only.request;
  const success = built.map(({ request }) => toOp('requestTxn', request));
  return create(TxnRequestSchema, { success });
}

function kvsOf(response: ResponseOp | undefined): readonly KeyValue[] {
  return response?.response.case === 'responseRange' ? response.response.value.kvs : [];
}

/** What etcd refuses for good is the operator's to mend; clients are told to come back. */
function describeRefusal(error: unknown): unknown {
  if (error instanceof MusterError) return error;
  if (error instanceof GrpcCallError && error.message.includes('database space exceeded'))
    return fullError(error);
  return unavailable(error);
}
