import { setMaxListeners } from 'node:events';
import { create } from '@bufbuild/protobuf';
import type { StreamCall, StreamSink } from '../../grpc/method.ts';
import { GRPC_STATUS, GrpcError } from '../../grpc/status.ts';
import type { FloodGate, Requester } from '../../http/requester.ts';
import { LIMITS } from '../../limits.ts';
import {
  type WatchCreateRequest,
  WatchCreateRequest_FilterType,
  type WatchRequest,
  type WatchResponse,
  WatchResponseSchema,
} from '../../proto/rpc_pb.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Commit } from '../../store/store.ts';
import { type FormatHeader, formatEvent } from './documents.ts';
import { formatError } from './errors.ts';
import { includesKey, parseRoute, type Route } from './route.ts';

/** What a stream of watches needs of its surroundings. */
export interface WatchContext {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  readonly requester: Requester;
  readonly formatHeader: FormatHeader;
  /** Aborts when the service stops. */
  readonly stopping: AbortSignal;
  readonly assertMayRead: (requester: Requester) => void;
  /** How long to wait before a refusal on this connection is told; see `RefusalPace`. */
  readonly refusalDelayMs: () => number;
  /** Told that a waiting client was shown the changes up to a revision. */
  readonly onShown: (token: string, revision: number) => void;
  readonly onFault: (error: unknown) => void;
}

/** etcd's id for an answer that is about no watch, or about all. */
const NO_WATCH_ID = -1n;

/** What etcd says of a range that ends before it begins, instead of waiting for what cannot come. */
const EMPTY_RANGE = new GrpcError(GRPC_STATUS.invalidArgument, 'mvcc: watcher range is empty');

/** Watch.Watch: any number of watches on one stream. */
export function openWatchStream(
  call: StreamCall<WatchResponse>,
  context: WatchContext,
): StreamSink<WatchRequest> {
  return new WatchStream(call, context);
}

/** One stream with its watches. What a client that discovers needs is one watch, so little is held for each. */
class WatchStream implements StreamSink<WatchRequest> {
  readonly #call: StreamCall<WatchResponse>;
  readonly #context: WatchContext;
  readonly #watches = new Map<bigint, AbortController>();
  #nextId = 0n;

  constructor(call: StreamCall<WatchResponse>, context: WatchContext) {
    this.#call = call;
    this.#context = context;
    // Thousands of streams hang on the one signal.
    setMaxListeners(0, context.stopping);
    context.stopping.addEventListener('abort', this, { once: true });
    if (context.stopping.aborted) this.handleEvent();
  }

  /** For the signal: the service stops. UNAVAILABLE is the one end after which every client looks elsewhere. */
  handleEvent(): void {
    this.#call.end(new GrpcError(GRPC_STATUS.unavailable, 'the service is stopping'));
    this.closed();
  }

  message({ requestUnion: { case: kind, value } }: WatchRequest): void {
    switch (kind) {
      case 'createRequest':
        this.#create(value);
        break;
      case 'cancelRequest':
        this.#cancel(value.watchId);
        break;
      case 'progressRequest':
        this.#send({ watchId: NO_WATCH_ID });
        break;
      default:
        break;
    }
  }

  ended(): void {
    this.closed();
    this.#call.end();
  }

  closed(): void {
    this.#context.stopping.removeEventListener('abort', this);
    for (const watch of this.#watches.values()) watch.abort();
    this.#watches.clear();
  }

  #send(fields: Partial<WatchResponse>, revision = this.#context.registry.revision): boolean {
    const header = this.#context.formatHeader(revision);
    return this.#call.send(create(WatchResponseSchema, { header, ...fields } as WatchResponse));
  }

  #create(request: WatchCreateRequest): void {
    if (this.#watches.size >= LIMITS.watchesPerStreamMax) {
      this.#call.end(new GrpcError(GRPC_STATUS.resourceExhausted, 'too many watches on one stream'));
      this.closed();
      return;
    }
    const id = this.#takeId(request.watchId);
    if (id === undefined) {
      const cancelReason = 'etcdserver: a watch with this id is on the stream already';
      this.#send({ watchId: NO_WATCH_ID, created: true, canceled: true, cancelReason });
      return;
    }
    const watch = new AbortController();
    this.#watches.set(id, watch);
    this.#run(id, request, watch.signal).catch((error: unknown) => {
      this.#context.onFault(error);
      this.#call.end(error);
    });
  }

  #takeId(wanted: bigint): bigint | undefined {
    if (wanted !== 0n) return this.#watches.has(wanted) ? undefined : wanted;
    while (this.#watches.has(this.#nextId)) this.#nextId++;
    return this.#nextId++;
  }

  async #run(id: bigint, request: WatchCreateRequest, signal: AbortSignal): Promise<void> {
    let created = false;
    let release: (() => void) | undefined;
    try {
      const { registry, floodGate, requester, assertMayRead } = this.#context;
      assertMayRead(requester);
      const route = parseRoute(request.key, request.rangeEnd);
      if (route.end !== undefined && route.end <= route.start) throw EMPTY_RANGE;
      // A client that asks for watch after watch is slowed here, whatever becomes of them.
      const { revision } = await registry.read(route.token);
      if (signal.aborted) return;
      release = floodGate.openWatch(requester.address, route.token);
      if (release === undefined) throw tooMany();
      this.#send({ watchId: id, created: true }, revision);
      created = true;
      const from = request.startRevision > 0n ? Number(request.startRevision) : revision + 1;
      await this.#follow(id, { ...request, route, from }, signal);
    } catch (error) {
      await this.#refuse(id, created, error, signal);
    } finally {
      release?.();
    }
  }

  async #follow(
    id: bigint,
    { route, from, filters, prevKv, progressNotify }: WatchCreateRequest & { route: Route; from: number },
    signal: AbortSignal,
  ): Promise<void> {
    const timer = progressNotify
      ? setInterval(() => this.#send({ watchId: id }), LIMITS.watchProgressMs).unref()
      : undefined;
    try {
      for await (const commit of this.#context.registry.commits(route.token, from, signal)) {
        const events = selectEvents(route, commit, filters).map((event) =>
          formatEvent(route, event, commit.revision, prevKv),
        );
        if (events.length === 0) continue;
        this.#context.onShown(route.token, commit.revision);
        // A client that does not keep up is not sent more; its watch reads on from the history afterwards.
        if (!this.#send({ watchId: id, events }, commit.revision)) await this.#call.drained();
      }
    } finally {
      clearInterval(timer);
    }
  }

  /**
   * Ends a watch as etcd does, with the reason. A client that discovers does not print it, and asks again without any
   * delay, hundreds of times a second: so each further refusal on a connection is told later than the one before.
   */
  async #refuse(id: bigint, created: boolean, error: unknown, signal: AbortSignal): Promise<void> {
    const { status, message } = formatError(error);
    if (status === GRPC_STATUS.internal) this.#context.onFault(error);
    await pause(this.#context.refusalDelayMs(), signal);
    if (signal.aborted || !this.#watches.delete(id)) return;
    const watchId = error === EMPTY_RANGE ? NO_WATCH_ID : id;
    this.#send({ watchId, created: !created, canceled: true, cancelReason: message });
  }

  #cancel(id: bigint): void {
    const watch = this.#watches.get(id);
    if (watch === undefined) return;
    this.#watches.delete(id);
    watch.abort();
    this.#send({ watchId: id, canceled: true });
  }
}

function tooMany(): GrpcError {
  return new GrpcError(GRPC_STATUS.resourceExhausted, 'too many watches from this address or on this token');
}

function selectEvents(
  route: Route,
  { events }: Commit,
  filters: readonly WatchCreateRequest_FilterType[],
): Commit['events'] {
  const noPut = filters.includes(WatchCreateRequest_FilterType.NOPUT);
  const noDelete = filters.includes(WatchCreateRequest_FilterType.NODELETE);
  return events.filter((event) => {
    if (event.type === 'put') return !noPut && includesKey(route, event.entry.key);
    return !noDelete && includesKey(route, event.key);
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0 || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
