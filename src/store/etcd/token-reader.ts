import { create } from '@bufbuild/protobuf';
import { RANGE } from '../../grpc/etcd-methods.ts';
import { RangeRequestSchema } from '../../proto/rpc_pb.ts';
import type { TokenRange } from '../store.ts';
import type { EtcdClient } from './etcd-client.ts';
import type { Layout } from './layout.ts';
import type { TokenState, TokenStates } from './token-states.ts';

/** A token as it is now, with the revision of etcd that it was read at. */
export interface TokenReading extends TokenRange {
  readonly state: TokenState;
}

/** How long a read is tried. */
const READ_MS = 4500;

interface Reads {
  /** Began already: it may not know of what was committed since. */
  readonly running: Promise<TokenReading>;
  next: Promise<TokenReading> | undefined;
}

/** Reads tokens linearizably. All who ask for one while it is being read share the read that begins after that. */
export class TokenReader {
  readonly #client: EtcdClient;
  readonly #layout: Layout;
  readonly #states: TokenStates;
  readonly #reads = new Map<string, Reads>();

  constructor(client: EtcdClient, layout: Layout, states: TokenStates) {
    this.#client = client;
    this.#layout = layout;
    this.#states = states;
  }

  read(token: string): Promise<TokenReading> {
    const reads = this.#reads.get(token);
    const deadline = performance.now() + READ_MS;
    if (reads === undefined) return this.#begin(token, deadline);
    // Whoever asked first does not wait longer because another read had to end before.
    const begin = (): Promise<TokenReading> => this.#begin(token, deadline);
    reads.next ??= reads.running.then(begin, begin);
    return reads.next;
  }

  #begin(token: string, deadline: number): Promise<TokenReading> {
    const reads: Reads = { running: this.#ask(token, deadline), next: undefined };
    this.#reads.set(token, reads);
    const end = (): void => {
      if (this.#reads.get(token) === reads && reads.next === undefined) this.#reads.delete(token);
    };
    reads.running.then(end, end);
    return reads.running;
  }

  async #ask(token: string, deadline: number): Promise<TokenReading> {
    const request = create(RangeRequestSchema, this.#layout.keysOf(token));
    const { header, kvs } = await this.#client.read(RANGE, request, { deadline });
    const revision = Number(header?.revision ?? 0n);
    const state = this.#states.take(token, kvs, revision);
    return { revision, entries: state.entries, state };
  }
}
