import type { Clock } from '../clock/clock.ts';
import { type ErrorCode, isMusterError, MusterError } from '../errors.ts';
import type { Committed, Entry, Store } from '../store/store.ts';
import { type CreationRequest, decideCreation } from './create.ts';
import { decideElection, type ElectionRequest } from './elect.ts';
import { noteKey, parseMemberKey, SIZE_KEY, STATE_KEY } from './keys.ts';
import { readLiveContent } from './lifecycle.ts';
import { type Note, parseNote } from './note.ts';
import {
  decideRegistration,
  type RegistrationPolicy,
  type RegistrationRequest,
  type WriteOutcome,
} from './register.ts';
import type { Registrants } from './registrants.ts';
import type { RegistryContent } from './registry-state.ts';
import { decideRemoval, type RemovalOutcome, type RemovalRequest } from './remove.ts';
import { decideTold } from './told.ts';

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

/** Told about what happens to tokens, for the log and the metrics. */
export interface RegistryObserver {
  created(token: string, request: CreationRequest): void;
  /** `outcome`: what was written, or the code of the error that refused it. `completed`: it took the last slot. */
  registered(
    request: Pick<RegistrationRequest, 'token' | 'memberId' | 'dialect' | 'from'>,
    outcome: WriteOutcome['kind'] | ErrorCode,
    completed: boolean,
  ): void;
}

/** A token's content with the store's revision that it was read at. */
export interface RegistryReading {
  readonly revision: number;
  readonly content: RegistryContent;
}

/** A key after a write, with what led to it. */
export interface Written extends WriteOutcome {
  readonly entry: Entry;
  /** The store's revision of the answer: that of the commit, where there was one. */
  readonly revision: number;
}

/** One change of a member's key or of the election's, as a watch shows it. */
export interface RegistryChange {
  readonly revision: number;
  /** The member's id; undefined for the election's key. */
  readonly memberId: string | undefined;
  readonly event:
    | { readonly type: 'put'; readonly entry: Entry; readonly previous?: Entry }
    | { readonly type: 'delete'; readonly previous: Entry; readonly expired: boolean };
  /** What is noted about the write; undefined for a removal. */
  readonly note: Note | undefined;
}

/** The one list of members behind every dialect: decides by the pure rules, keeps by the store. */
export class Registry {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #createToken: () => string;
  readonly #policy: RegistrationPolicy;
  readonly #registrants: Registrants;
  readonly #observer: RegistryObserver | undefined;

  constructor(options: RegistryOptions) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#createToken = options.createToken;
    this.#policy = options.policy;
    this.#registrants = options.registrants;
    this.#observer = options.observer;
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

  #reading(range: Awaited<ReturnType<Store['range']>>): RegistryReading {
    return { revision: range.revision, content: readLiveContent(range, this.#clock.now()) };
  }

  /**
   * Registers a member; resolves when it is durable.
   *
   * @param connection what the request came on, where that is the member's own; undefined behind a proxy
   */
  async register(
    request: Omit<RegistrationRequest, 'isTwinConnected'>,
    connection: object | undefined,
  ): Promise<Written> {
    const { token, memberId } = request;
    const claim = connection && this.#registrants.claim(token, memberId, connection);
    try {
      const written = await this.#write(token, `members/${memberId}`, (range) =>
        decideRegistration(
          range,
          { ...request, isTwinConnected: claim === 'twin' },
          this.#policy,
          this.#clock.now(),
        ),
      );
      this.#observer?.registered(request, written.kind, written.completed);
      return written;
    } catch (error) {
      if (isMusterError(error)) this.#observer?.registered(request, error.code, false);
      if (connection !== undefined && claim === 'claimed') {
        this.#registrants.release(token, memberId, connection);
      }
      throw error;
    }
  }

  /** Writes the election's key; resolves when it is durable. */
  elect(request: ElectionRequest): Promise<Written> {
    return this.#write(request.token, STATE_KEY, (range) =>
      decideElection(range, request, this.#clock.now()),
    );
  }

  async #write(
    token: string,
    key: string,
    decide: (range: Parameters<typeof decideElection>[0]) => ReturnType<typeof decideElection>,
  ): Promise<Written> {
    let before: Entry | undefined;
    let value = new Uint8Array();
    const { outcome, revision } = await this.#store.transact(token, (range) => {
      const decision = decide(range);
      before = range.entries.find((entry) => entry.key === key);
      for (const operation of decision.operations) {
        if (operation.type === 'put' && operation.key === key) value = Uint8Array.from(operation.value);
      }
      return decision;
    });
    if (outcome.kind === 'repeated' && before !== undefined) return { ...outcome, entry: before, revision };
    const entry: Entry = {
      key,
      value,
      createRevision: before?.createRevision ?? revision,
      modRevision: revision,
      version: (before?.version ?? 0) + 1,
    };
    return { ...outcome, entry, revision };
  }

  /** Removes a member or the election; resolves when that is durable. */
  remove(request: RemovalRequest): Promise<Committed<RemovalOutcome>> {
    return this.#store.transact(request.token, (range) => decideRemoval(range, request, this.#clock.now()));
  }

  /** Notes that a member has received the answer to its registration. */
  async markTold(token: string, memberId: string): Promise<void> {
    await this.#store.transact(token, (range) => decideTold(range, memberId));
  }

  /**
   * The first change from a revision on that `accept` takes, or undefined when the signal aborts first.
   *
   * @throws MusterError `expired-token` and its like when the token ends meanwhile, `store-closed` when the
   *   service does, `watch-overrun` when changes came faster than they were read
   */
  async nextChange(
    token: string,
    fromRevision: number,
    signal: AbortSignal,
    accept: (change: RegistryChange) => boolean,
  ): Promise<RegistryChange | undefined> {
    for await (const change of this.changes(token, fromRevision, signal)) {
      if (accept(change)) return change;
    }
    return undefined;
  }

  /** All changes from a revision on, in order, until the signal aborts. Throws as `nextChange` does. */
  async *changes(
    token: string,
    fromRevision: number,
    signal: AbortSignal,
  ): AsyncGenerator<RegistryChange, void, undefined> {
    for await (const commit of this.#store.watch(token, fromRevision, signal)) {
      const notes = new Map<string, Note | undefined>();
      for (const event of commit.events) {
        if (event.type === 'put') notes.set(event.entry.key, parseNote(event.entry.value));
        else if (event.key === SIZE_KEY) await this.#assertLive(token);
      }
      for (const event of commit.events) {
        const key = event.type === 'put' ? event.entry.key : event.key;
        const memberId = parseMemberKey(key);
        if (memberId === undefined && key !== STATE_KEY) continue;
        yield { revision: commit.revision, memberId, event, note: notes.get(noteKey(key)) };
      }
    }
  }

  /** The size key went: the token is over, and its end is told to whoever still waits. */
  async #assertLive(token: string): Promise<void> {
    const { content } = await this.read(token);
    if (content.sizeEntry === undefined) {
      throw new MusterError('unknown-token', 'the cluster size of this token was removed');
    }
  }

  /** Throws `store-unavailable` or `store-closed` when the store does not answer. */
  async assertHealthy(): Promise<void> {
    await this.#store.range('');
  }
}

/** Whether an error says that a token cannot be used, whatever is done. */
export function isTokenError(error: unknown): error is MusterError {
  return isMusterError(error, 'unknown-token', 'expired-token', 'revoked-token');
}
