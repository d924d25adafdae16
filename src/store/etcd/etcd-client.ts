import { create, type Message } from '@bufbuild/protobuf';
import { MusterError } from '../../errors.ts';
import {
  type ClientMethod,
  GrpcCallError,
  type GrpcClient,
  type GrpcTls,
  openGrpcClient,
} from '../../grpc/client.ts';
import { AUTHENTICATE } from '../../grpc/etcd-methods.ts';
import { GRPC_STATUS } from '../../grpc/status.ts';
import { AuthenticateRequestSchema } from '../../proto/rpc_pb.ts';

/** How to reach an etcd cluster. */
export interface EtcdAccess {
  /** `http://host:port` or `https://host:port`, one for each member that may be asked. */
  readonly endpoints: readonly string[];
  readonly tls: GrpcTls;
  readonly user: { readonly name: string; readonly password: string } | undefined;
}

/** How one call is made. */
export interface EtcdCall {
  /** Until when (`performance.now()`) an answer is of use. */
  readonly deadline: number;
  /** How long one member may take until another one is asked. */
  readonly attemptMs?: number;
}

/** A write of which it is not known whether it was carried out: its answer was lost. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

/** The longest answer of an etcd: a replica that was away for long is told of much at a time. */
const RECEIVE_MAX_BYTES = 256 * 1024 * 1024;
/** etcd turns away who asks more often than every 5 s (its --grpc-keepalive-min-time). */
const KEEP_ALIVE = { everyMs: 5500, timeoutMs: 2000 } as const;
const CONNECT_TIMEOUT_MS = 1000;
const ATTEMPT_MS = 1000;
const BACK_OFF_MIN_MS = 20;
const BACK_OFF_MAX_MS = 500;

/**
 * A cluster of etcd members, any of which answers for all. The member in use is kept for as long as it answers.
 * Calls fail over to the next one, within their deadline.
 */
export class EtcdClient {
  readonly #access: EtcdAccess;
  readonly #clients: GrpcClient[];
  #current = 0;
  #authToken: string | undefined;
  #authenticating: Promise<string> | undefined;
  #isClosed = false;

  constructor(access: EtcdAccess) {
    this.#access = access;
    this.#clients = access.endpoints.map((endpoint) =>
      openGrpcClient(endpoint, {
        ...access.tls,
        receiveMaxBytes: RECEIVE_MAX_BYTES,
        keepAlive: KEEP_ALIVE,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      }),
    );
  }

  /** A call that may be made twice. @throws MusterError `store-unavailable`; GrpcCallError for what etcd refuses */
  read<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    call: EtcdCall,
  ): Promise<O> {
    return this.#call(method, request, call, () => false);
  }

  /**
   * A call that changes something: not repeated once it may have reached etcd.
   *
   * @throws UnknownOutcome where its answer was lost, MusterError `store-unavailable` where it did not reach etcd, and
   *   GrpcCallError for what etcd refuses
   */
  write<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    call: EtcdCall,
  ): Promise<O> {
    return this.#call(method, request, call, (error) => isTransient(error) && mayHaveArrived(error));
  }

  /** @param isLost whether a failure leaves it open what became of the call */
  async #call<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    call: EtcdCall,
    isLost: (error: unknown) => boolean,
  ): Promise<O> {
    for (let attempt = 0; ; attempt++) {
      const member = this.#current;
      try {
        return await this.#once(member, method, request, call);
      } catch (error) {
        if (isLost(error)) {
          this.#leave(member);
          throw new UnknownOutcome('the answer of etcd was lost', { cause: error });
        }
        await this.#recover(error, { member, attempt, deadline: call.deadline });
      }
    }
  }

  /** The member in use. */
  get member(): number {
    return this.#current;
  }

  /** A stream from the member in use. Whoever finds that it ended calls `failOver`, and opens another one. */
  async *stream<I extends Message, O extends Message>(
    method: ClientMethod<I, O>,
    request: I,
    signal: AbortSignal,
  ): AsyncGenerator<O> {
    const client = this.#client(this.#current);
    const metadata = await this.#metadata(client, performance.now() + ATTEMPT_MS);
    this.#assertOpen();
    yield* client.stream(method, request, signal, metadata);
  }

  /** After a stream that ended: leaves its member for the next one, where it is (still) the one in use. */
  failOver(member: number): void {
    // etcd may have ended it for the sake of a token that is over, which calls are told and streams are not.
    this.#authToken = undefined;
    this.#leave(member);
  }

  close(): void {
    this.#isClosed = true;
    for (const client of this.#clients) client.close();
  }

  #client(member: number): GrpcClient {
    return this.#clients[member] as GrpcClient;
  }

  /** Calls that fail together have one member that failed, and not the ones behind it as well. */
  #leave(member: number): void {
    if (member === this.#current) this.#current = (member + 1) % this.#clients.length;
  }

  /** A connection that was closed would be made anew by whoever calls. */
  #assertOpen(): void {
    if (this.#isClosed) throw unavailable(new Error('the store is closed'));
  }

  async #once<I extends Message, O extends Message>(
    member: number,
    method: ClientMethod<I, O>,
    request: I,
    { deadline, attemptMs = ATTEMPT_MS }: EtcdCall,
  ): Promise<O> {
    const client = this.#client(member);
    const metadata = await this.#metadata(client, deadline);
    this.#assertOpen();
    const timeoutMs = Math.max(1, Math.min(attemptMs, deadline - performance.now()));
    try {
      return await client.unary(method, request, { timeoutMs, metadata });
    } catch (error) {
      // A connection on which nothing comes back may be dead without a sign: the next call makes a new one.
      if (isTimeout(error)) client.close();
      throw error;
    }
  }

  /** Waits until it makes sense to try again. @throws the error where it is final, or `store-unavailable` */
  async #recover(
    error: unknown,
    {
      member,
      attempt,
      deadline,
    }: { readonly member: number; readonly attempt: number; readonly deadline: number },
  ): Promise<void> {
    if (this.#isClosed) throw unavailable(error);
    if (isBadAuthToken(error) && this.#access.user !== undefined && attempt < 2) {
      this.#authToken = undefined;
      return;
    }
    if (!isTransient(error)) throw error;
    this.#leave(member);
    // The other members are asked at once; only when none of them answers, there is time.
    const round = Math.floor((attempt + 1) / this.#clients.length);
    const delayMs = round === 0 ? 0 : Math.min(BACK_OFF_MIN_MS * 2 ** (round - 1), BACK_OFF_MAX_MS);
    if (performance.now() + delayMs >= deadline) throw unavailable(error);
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  }

  async #metadata(client: GrpcClient, deadline: number): Promise<Record<string, string>> {
    const { user } = this.#access;
    // A member that has lost its leader then says so at once, instead of waiting for one.
    const metadata = { hasleader: 'true' };
    if (user === undefined) return metadata;
    this.#authToken ??= await this.#authenticate(client, user, deadline);
    return { ...metadata, token: this.#authToken };
  }

  async #authenticate(
    client: GrpcClient,
    user: NonNullable<EtcdAccess['user']>,
    deadline: number,
  ): Promise<string> {
    this.#assertOpen();
    this.#authenticating ??= (async () => {
      try {
        const timeoutMs = Math.max(1, Math.min(ATTEMPT_MS, deadline - performance.now()));
        const request = create(AuthenticateRequestSchema, user);
        return (await client.unary(AUTHENTICATE, request, { timeoutMs })).token;
      } finally {
        this.#authenticating = undefined;
      }
    })();
    return this.#authenticating;
  }
}

/** The etcd store cannot answer at the moment. */
export function unavailable(cause: unknown): MusterError {
  return new MusterError('store-unavailable', 'the etcd cluster behind this service does not answer', {
    remedy: 'Ask again in a moment; the operator finds the reason in the log.',
    cause,
  });
}

/** The etcd cluster takes no writes, until its operator has made room. */
export function fullError(cause?: unknown): MusterError {
  return new MusterError('store-unavailable', 'the etcd cluster behind this service is full', {
    remedy: 'The operator has to compact and defragment it, or to raise its quota, and to disarm its alarm.',
    cause,
  });
}

function isTimeout(error: unknown): boolean {
  return error instanceof GrpcCallError && error.status === GRPC_STATUS.deadlineExceeded;
}

/** Whether another member, or the same one a little later, may answer. */
function isTransient(error: unknown): boolean {
  if (!(error instanceof GrpcCallError)) return true;
  const { status, message } = error;
  if (status === GRPC_STATUS.unavailable || status === GRPC_STATUS.deadlineExceeded) return true;
  if (status === GRPC_STATUS.cancelled) return true;
  // etcd refuses what it cannot keep up with (its ErrTooManyRequests), but not for good.
  return status === GRPC_STATUS.resourceExhausted && message.includes('too many requests');
}

const NOT_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ERR_CONNECT_TIMEOUT',
]);

/** Whether a write that met this error can have been carried out. */
function mayHaveArrived(error: unknown): boolean {
  if (!(error instanceof GrpcCallError)) return true;
  const { status, message, cause } = error;
  if (status === GRPC_STATUS.resourceExhausted) return false;
  // Said before anything is proposed (etcd-io/etcd:server/etcdserver/api/v3rpc/interceptor.go).
  if (message === 'etcdserver: no leader') return false;
  return !NOT_CONNECTED.has((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function isBadAuthToken(error: unknown): boolean {
  if (!(error instanceof GrpcCallError)) return false;
  const { status, message } = error;
  // The second is what etcd says where a token was made before users were changed.
  return status === GRPC_STATUS.unauthenticated || message.includes('revision of auth store is old');
}
