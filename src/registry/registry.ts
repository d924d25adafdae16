import type { Clock } from '../clock/clock.ts';
import { type ErrorCode, isMusterError, type MusterError } from '../errors.ts';
import type { Commit, Committed, Decision, Entry, Store, TokenRange } from '../store/store.ts';
import { Attempts } from './attempts.ts';
import { type RegistryChange, readChanges } from './change.ts';
import { type CreationRequest, decideCreation } from './create.ts';
import { Departures } from './departures.ts';
import { decideElection, type ElectionRequest } from './elect.ts';
import { decideExtension, type ExtensionRequest } from './extend.ts';
import type { Attempt } from './findings.ts';
import { Following } from './following.ts';
import { admitCommit } from './foreign.ts';
import { parseMemberKey, SIZE_KEY } from './keys.ts';
import { readLiveContent, unknownTokenError } from './lifecycle.ts';
import type { ManagementClaim } from './management.ts';
import type { TokenRecord } from './record.ts';
import { decideRegistration, type RegistrationPolicy, type RegistrationRequest } from './register.ts';
import type { Registrants } from './registrants.ts';
import { type LiveContent, type RegistryContent, readContent } from './registry-state.ts';
import { decideRemoval, type RemovalOutcome, type RemovalRequest } from './remove.ts';
import { decideRevocation } from './revoke.ts';
import type { ShownEntry, WriteOutcome } from './shown-entry.ts';
import { isShownKey, shownCommit } from './shown-keys.ts';
import { reportToken, type TokenReport } from './token-report.ts';
import { decideTold } from './told.ts';
import {
  decideTransaction,
  type Presence,
  removedMemberIds,
  type Step,
  type StepOutcome,
  type Transaction,
} from './transaction.ts';

type RegisterStep = Extract<Step, { type: 'register' }>;

/** What a registry needs of its surroundings. */
export interface RegistryOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Makes a new token: 128 random bits as 32 lower-case hex digits. */
  readonly createToken: () => string;
  readonly policy: RegistrationPolicy;
  readonly registrants: Registrants;
  readonly observer?: RegistryObserver;
}

/** Who registers, as far as others are told of it. */
export type Registering = Pick<RegistrationRequest, 'token' | 'memberId' | 'dialect' | 'from'>;

/** Told about what happens to tokens, for the log and the metrics. */
export interface RegistryObserver {
  created(token: string, request: CreationRequest): void;
  /** `outcome`: what was written, or the code of the error that refused it. `completed`: it took the last slot. */
  registered(request: Registering, outcome: WriteOutcome['kind'] | ErrorCode, completed: boolean): void;
}

/** A token's content with the store's revision that it was read at. */
export interface RegistryReading {
  readonly revision: number;
  readonly content: LiveContent;
}

/** A key after a write, with what led to it. */
export interface Written extends Omit<WriteOutcome, 'shownAt'> {
  readonly shown: ShownEntry;
  /** The store's revision of the answer: that of the commit, where there was one. */
  readonly revision: number;
}

/** An answer to a member that may not have arrived. */
interface SentAnswer {
  readonly token: string;
  readonly memberId: string;
  readonly address: string;
}

/** A report that was made, with what it was made from beside the content. */
interface CachedReport {
  readonly attempts: readonly Attempt[];
  readonly at: number;
  readonly report: TokenReport;
}

/** How long a report stands while nothing but the time changes. */
const REPORT_FRESH_MS = 1000;

/** Stands for a token where only the store's answer counts. No token has this form, so none is ever issued. */
const PROBE_TOKEN = 'health';

/** The one list of members behind every dialect: decides by the pure rules, keeps by the store. */
export class Registry {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #createToken: () => string;
  readonly #policy: RegistrationPolicy;
  readonly #registrants: Registrants;
  readonly #observer: RegistryObserver | undefined;
  readonly #departures = new Departures();
  readonly #attempts: Attempts;
  readonly #reports = new WeakMap<RegistryContent, CachedReport>();
  /** Answers of which it is not known yet that they arrived, by their connection. */
  readonly #sent = new WeakMap<object, SentAnswer[]>();

  constructor(options: RegistryOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#createToken = options.createToken;
    this.#policy = options.policy;
    this.#registrants = options.registrants;
    this.#observer = options.observer;
    this.#attempts = new Attempts(options.clock);
  }

  /** 16 hex digits that name this service's store. */
  get clusterId(): string {
    return this.#store.clusterId;
  }

  /** The revision of the newest commit to any token. */
  get revision(): number {
    return this.#store.revision;
  }

  /** Issues a token; resolves when it is durable. */
  async create(request: CreationRequest): Promise<string> {
    for (;;) {
      const token = this.#createToken();
      const { outcome } = await this.#store.transact(token, (range) =>
        decideCreation(range, request, this.#clock.now()),
      );
      if (!outcome) continue;
      this.#observer?.created(token, request);
      return token;
    }
  }

  /** Reads a live token. Throws `unknown-token`, `expired-token` or `revoked-token`. */
  read(token: string): RegistryReading | Promise<RegistryReading> {
    const range = this.#store.range(token);
    if (range instanceof Promise) return range.then((read) => this.#reading(read));
    return this.#reading(range);
  }

  /**
   * The keys that readers were shown at a revision, which must not be above the store's. Throws as `read` does, and
   * `compacted` where the store's history does not reach back to it.
   */
  async readAt(token: string, revision: number): Promise<{ revision: number; entries: readonly Entry[] }> {
    await this.read(token);
    const range = await this.#store.rangeAt(token, revision);
    return { revision: range.revision, entries: range.entries.filter(({ key }) => isShownKey(key)) };
  }

  #reading(range: TokenRange): RegistryReading {
    return { revision: range.revision, content: readLiveContent(range, this.#clock.now()) };
  }

  /**
   * Registers a member; resolves when it is durable.
   *
   * @param connection what the request came on, where that is the member's own; undefined behind a proxy
   */
  async register(
    request: Omit<RegistrationRequest, 'isTwinConnected' | 'awaySinceRevision'>,
    connection: object | undefined,
  ): Promise<Written> {
    const { token, memberId } = request;
    const claim = connection && this.#registrants.claim(token, memberId, connection);
    const awaySinceRevision = connection && this.#departures.awaySince(token, memberId, connection);
    try {
      const written = await this.#write(token, (range) =>
        decideRegistration(
          range,
          { ...request, isTwinConnected: claim === 'twin', awaySinceRevision },
          this.#policy,
          this.#clock.now(),
        ),
      );
      if (connection !== undefined) this.#departures.comeBack(token, memberId, connection);
      this.#noteRegistered(request, written.kind, written.completed);
      return written;
    } catch (error) {
      if (isMusterError(error)) this.#noteRefused(request, error);
      if (connection !== undefined && claim === 'claimed') {
        this.#registrants.release(token, memberId, connection);
      }
      throw error;
    }
  }

  /**
   * Does several steps on a token at once; resolves when they are durable. Rejects with what the rules of the steps
   * throw, and then nothing has changed.
   *
   * @param memberIds the members that a step may register
   * @param connection what the request came on, where that is the client's own; undefined behind a proxy
   */
  async transact<B>(
    token: string,
    { memberIds, plan }: Transaction<B> & { readonly memberIds: readonly string[] },
    connection: object | undefined,
  ): Promise<{ revision: number; branch: B; outcomes: readonly StepOutcome[] }> {
    const claims = new Map(
      memberIds.map((id) => [id, connection && this.#registrants.claim(token, id, connection)]),
    );
    const presence: Presence = {
      isTwinConnected: (id) => claims.get(id) === 'twin',
      awaySinceRevision: (id) => connection && this.#departures.awaySince(token, id, connection),
    };
    let registering: RegisterStep | undefined;
    let registered: RegisterStep | undefined;
    const planAndNote: typeof plan = (entries, revision) => {
      const planned = plan(entries, revision);
      registering = planned.steps.find((step) => step.type === 'register');
      return planned;
    };
    try {
      const { outcome, revision } = await this.#store.transact(token, (range) => {
        const now = this.#clock.now();
        const context = { token, policy: this.#policy, presence, now };
        return decideTransaction(range, { plan: planAndNote }, context);
      });
      const outcomes = outcome.outcomesAt(revision);
      registered = registering;
      this.#noteOutcomes(token, outcomes, registered, connection);
      return { revision, branch: outcome.branch, outcomes };
    } catch (error) {
      if (registering !== undefined && isMusterError(error)) {
        const { memberId, request } = registering;
        this.#noteRefused({ ...request, token, memberId }, error);
      }
      throw error;
    } finally {
      for (const [memberId, claim] of claims) {
        if (connection === undefined || claim !== 'claimed' || memberId === registered?.memberId) continue;
        this.#registrants.release(token, memberId, connection);
      }
    }
  }

  #noteOutcomes(
    token: string,
    outcomes: readonly StepOutcome[],
    registered: RegisterStep | undefined,
    connection: object | undefined,
  ): void {
    for (const outcome of outcomes) {
      for (const memberId of removedMemberIds(outcome)) this.#registrants.drop(token, memberId);
      if (registered === undefined || outcome.type !== 'put') continue;
      const { memberId, request } = registered;
      if (parseMemberKey(outcome.entry.key) !== memberId) continue;
      if (connection !== undefined) this.#departures.comeBack(token, memberId, connection);
      this.#noteRegistered({ ...request, token, memberId }, outcome.kind, outcome.completed);
    }
  }

  #noteRegistered(request: Registering, kind: WriteOutcome['kind'], completed: boolean): void {
    const { token, memberId, from } = request;
    this.#observer?.registered(request, kind, completed);
    this.#attempts.settle(token, memberId, from);
    if (kind === 'repeated') this.#attempts.note(token, { memberId, from });
  }

  #noteRefused(request: Registering, { code, message }: MusterError): void {
    const { token, memberId, from } = request;
    this.#observer?.registered(request, code, false);
    this.#attempts.note(token, { memberId, from, refusal: { code, message } });
  }

  /** Writes the election's key; resolves when it is durable. */
  elect(request: ElectionRequest): Promise<Written> {
    return this.#write(request.token, (range) => decideElection(range, request, this.#clock.now()));
  }

  async #write(token: string, decide: (range: TokenRange) => Decision<WriteOutcome>): Promise<Written> {
    const { outcome, revision } = await this.#store.transact(token, decide);
    const { shownAt, ...facts } = outcome;
    return { ...facts, shown: shownAt(revision), revision };
  }

  /** Removes a member or the election; resolves when that is durable. */
  async remove(request: RemovalRequest): Promise<Committed<RemovalOutcome>> {
    const { token, memberId } = request;
    const removed = await this.#store.transact(token, (range) =>
      decideRemoval(range, request, this.#clock.now()),
    );
    if (memberId !== undefined) this.#registrants.drop(token, memberId);
    return removed;
  }

  /** Ends a token before its time; resolves when that is durable. Whoever waits is told. */
  async revoke(token: string, claim: ManagementClaim): Promise<void> {
    await this.#store.transact(token, (range) => decideRevocation(range, claim, this.#clock.now()));
  }

  /**
   * Gives a token, and with it all that is registered under it, a later end; resolves when that is durable. Where it
   * rejects on the way, the token has the end that it had, and the same call again carries on.
   */
  async extend(token: string, request: ExtensionRequest): Promise<TokenRecord> {
    const expiresAt = this.#clock.now() + request.ttlSeconds * 1000;
    for (let hasBegun = false; ; hasBegun = true) {
      const step = { ...request, expiresAt, hasBegun };
      const { outcome } = await this.#store.transact(token, (range) =>
        decideExtension(range, step, this.#clock.now()),
      );
      if (outcome.isDone) return outcome.record;
    }
  }

  /**
   * All that can be said about a token, also about one that is over. What time alone changes in it is up to a second
   * old, since many may read the same.
   *
   * @throws MusterError `unknown-token`
   */
  async report(token: string): Promise<TokenReport> {
    const { revision, entries } = await this.#store.range(token);
    const content = readContent({ revision, entries });
    if (content === undefined) throw unknownTokenError();
    const attempts = this.#attempts.of(token);
    const now = this.#clock.now();
    const known = this.#reports.get(content);
    if (known?.attempts === attempts && now - known.at < REPORT_FRESH_MS) return known.report;
    const report = reportToken({ token, revision, content, attempts }, now);
    this.#reports.set(content, { attempts, at: now, report });
    return report;
  }

  /** Tells when a registration is refused, or such a refusal is settled: no commit says so. Answers how to stop that. */
  onAttempt(token: string, listener: () => void): () => void {
    return this.#attempts.listen(token, listener);
  }

  /**
   * Notes that a client was shown members, up to a revision. Matters where they are all, since the client may then
   * have started.
   *
   * @param connection what it was shown on; undefined behind a proxy
   */
  async noteShown(
    token: string,
    shownRevision: number,
    address: string,
    connection: object | undefined,
  ): Promise<void> {
    if (!this.#departures.isAwayFrom(token) || connection === undefined) return;
    if (this.#registrants.holdsAny(token, connection)) return;
    const { record, members } = (await this.read(token)).content;
    const last = members[record.size - 1];
    if (last === undefined || last.entry.createRevision > shownRevision) return;
    this.#departures.show(token, address, connection);
  }

  /** Notes that a client's connection is gone. Never rejects. */
  async connectionClosed(connection: object): Promise<void> {
    this.#departures.forget(connection);
    const { revision } = this;
    for (const { token, memberId } of this.#registrants.forget(connection)) {
      try {
        const { record, members, membersById } = (await this.read(token)).content;
        const from = membersById.get(memberId)?.note?.from;
        if (from === undefined || members.length >= record.size) continue;
        this.#departures.depart(token, memberId, from, revision, connection);
      } catch {
        // A token that cannot be read now: its members count as started, which is the safe side.
      }
    }
  }

  /**
   * Notes that a member was sent what it asks for once it has the answer to its registration. That it received this
   * too is known with the next request on the connection that it registered on. A client that uses several connections,
   * or one behind a proxy, cannot be followed like that: then what was sent counts as received.
   *
   * @param connection what it asked on; undefined behind a proxy
   */
  async noteSent(
    token: string,
    memberId: string,
    address: string,
    connection: object | undefined,
  ): Promise<void> {
    if (connection !== undefined && this.#registrants.holds(token, memberId, connection)) {
      this.#sent.set(connection, [...(this.#sent.get(connection) ?? []), { token, memberId, address }]);
    } else {
      await this.markTold(token, memberId, address, connection);
    }
  }

  /** Notes a request: what was sent on its connection before has arrived. */
  noteRequest(connection: object): void | Promise<void> {
    const sent = this.#sent.get(connection);
    if (sent === undefined) return;
    this.#sent.delete(connection);
    return this.#markAllTold(sent, connection);
  }

  async #markAllTold(answers: readonly SentAnswer[], connection: object): Promise<void> {
    for (const { token, memberId, address } of answers) {
      await this.markTold(token, memberId, address, connection);
    }
  }

  /**
   * Notes that a member has received the answer to its registration. Counts only from the address that registered it,
   * since anybody who has the token can ask what a member asks.
   *
   * @param connection what it asked on. Where that is not the one that it registered on, the end of the latter says
   *   nothing about the member
   */
  async markTold(
    token: string,
    memberId: string,
    address: string,
    connection: object | undefined,
  ): Promise<void> {
    const told = await this.#store.transact(token, (range) => decideTold(range, memberId, address));
    if (told.outcome === 'stranger') return;
    this.#registrants.noteUse(token, memberId, connection);
    this.#departures.noteUse(token, memberId, connection);
  }

  /**
   * The first change from a revision on that `accept` takes, or undefined when the signal aborts first.
   *
   * @throws MusterError `expired-token` and its like when the token ends meanwhile, `store-closed` when the
   *   service does
   */
  async nextChange(
    token: string,
    fromRevision: number,
    signal: AbortSignal,
    accept: (change: RegistryChange) => boolean,
  ): Promise<RegistryChange | undefined> {
    let next = fromRevision;
    while (!signal.aborted) {
      try {
        // Not over `changes`: one generator less for each of the thousands that wait here.
        for await (const commit of this.#store.watch(token, next, signal)) {
          next = commit.revision + 1;
          for (const change of await this.#readLiveChanges(token, admitCommit(commit))) {
            if (accept(change)) return change;
          }
        }
      } catch (error) {
        if (!isMusterError(error, 'watch-overrun')) throw error;
        // The history of a token that ended meanwhile does not say so.
        await this.read(token);
      }
    }
    return undefined;
  }

  /**
   * Tells what readers are shown of each commit from a revision on, in order, the next one when `take` is done with
   * the one before. Ends with what `nextChange` throws, but for `watch-overrun`: history is kept, so a reader that fell
   * behind reads on from where it was.
   */
  follow(token: string, fromRevision: number, take: (commit: Commit) => void | Promise<void>): Following {
    return new Following(async (following) => {
      let next = fromRevision;
      while (!following.isStopped) {
        try {
          for await (const whole of following.begin(this.#store.watch(token, next))) {
            const commit = admitCommit(whole);
            await this.#assertNotEnded(token, commit);
            if (following.isStopped) return;
            next = commit.revision + 1;
            const shown = shownCommit(commit);
            if (shown !== undefined) await take(shown);
          }
          return;
        } catch (error) {
          if (!isMusterError(error, 'watch-overrun')) throw error;
          // The history of a token that ended meanwhile does not say so.
          await this.read(token);
        }
      }
    });
  }

  /** All changes from a revision on, in order, until the signal aborts. Throws as `nextChange` does. */
  async *changes(
    token: string,
    fromRevision: number,
    signal: AbortSignal,
  ): AsyncGenerator<RegistryChange, void, undefined> {
    for await (const commit of this.#store.watch(token, fromRevision, signal)) {
      yield* await this.#readLiveChanges(token, admitCommit(commit));
    }
  }

  async #readLiveChanges(token: string, commit: Commit): Promise<RegistryChange[]> {
    await this.#assertNotEnded(token, commit);
    return readChanges(commit);
  }

  /** Where the size went, the token is over: that is told to whoever still waits, and no removal after it. */
  async #assertNotEnded(token: string, { events }: Commit): Promise<void> {
    const isEnd = events.some((event) => event.type === 'delete' && event.key === SIZE_KEY);
    if (isEnd) await this.read(token);
  }

  /** Throws `store-unavailable` or `store-closed` while tokens cannot be read, or not be written. */
  async assertHealthy(): Promise<void> {
    await this.#store.range(PROBE_TOKEN);
    await this.#store.assertWritable();
  }
}
