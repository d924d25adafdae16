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
import type { Following } from '../../registry/following.ts';
import type { Registry } from '../../registry/registry.ts';
import type { Commit } from '../../store/store.ts';
import { type FormatHeader, formatEvent } from './documents.ts';
import { ETCD_ERRORS, formatError } from './errors.ts';
import { RefusalPace } from './refusal-pace.ts';
import { includesKey, parseRoute, type Route } from './route.ts';

/** What watches need of their surroundings. */
export interface WatchContext {
  readonly registry: Registry;
  readonly floodGate: FloodGate;
  readonly formatHeader: FormatHeader;
  /** Aborts when the service stops. */
  readonly stopping: AbortSignal;
  readonly onFault: (error: unknown) => void;
}

/** Who watches: all that a parked watch keeps of its requester. */
type Watching = Pick<Requester, 'address' | 'connection'>;

/** etcd's id for an answer that is about no watch, or about all. */
const NO_WATCH_ID = -1n;

/** Watch.Watch: streams with any number of watches each. */
export class WatchStreams {
  readonly #open = new Set<WatchStream>();
  readonly #shared: Shared;

  constructor(context: WatchContext) {
    this.#shared = { context, pace: new RefusalPace(), forget: (stream) => this.#open.delete(stream) };
    // One listener for all: thousands of streams are parked at a time.
    context.stopping.addEventListener('abort', () => this.#stop(), { once: true });
  }

  open(call: StreamCall<WatchResponse>, { address, connection }: Watching): StreamSink<WatchRequest> {
    const stream = new WatchStream(call, this.#shared, { address, connection });
    this.#open.add(stream);
    if (this.#shared.context.stopping.aborted) stream.stop();
    return stream;
  }

  #stop(): void {
    for (const stream of [...this.#open]) stream.stop();
  }
}

/** The progress requests that are not answered: the revision of the first, and that of the newest. */
interface OwedProgress {
  readonly first: number;
  newest: number;
}

/** What the streams of a service have in common. */
interface Shared {
  readonly context: WatchContext;
  readonly pace: RefusalPace;
  readonly forget: (stream: WatchStream) => void;
}

/** One stream with its watches. What a client that discovers needs is one watch, so little is held for each. */
class WatchStream implements StreamSink<WatchRequest> {
  readonly #call: StreamCall<WatchResponse>;
  readonly #shared: Shared;
  readonly #watching: Watching;
  /** Nearly always one. */
  #watches: readonly Watch[] = [];
  #nextId = 0n;
  #owed: OwedProgress | undefined;

  constructor(call: StreamCall<WatchResponse>, shared: Shared, watching: Watching) {
    this.#call = call;
    this.#shared = shared;
    this.#watching = watching;
  }

  get #context(): WatchContext {
    return this.#shared.context;
  }

  /** UNAVAILABLE is the one end after which every client looks elsewhere. */
  stop(): void {
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
        this.#oweProgress();
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
    this.#shared.forget(this);
    for (const watch of this.#watches) watch.stop();
    this.#watches = [];
    this.#owed = undefined;
  }

  /**
   * The answer to a progress request says that everything up to its revision was sent before. A client that does not
   * read gets one answer for many requests, none of which is older than the request.
   */
  #oweProgress(): void {
    const { revision } = this.#context.registry;
    if (this.#owed !== undefined) {
      this.#owed.newest = revision;
      return;
    }
    this.#owed = { first: revision, newest: revision };
    this.#tellProgress();
  }

  #tellProgress(): void {
    // A watch that is not behind needs a few steps of promises, but no event, to send what was committed before.
    setImmediate(() => {
      if (this.#owed === undefined) return;
      const { first, newest } = this.#owed;
      if (this.#watches.some(({ isBehind, sentRevision }) => isBehind && sentRevision < first)) return;
      this.#owed = newest > first ? { first: newest, newest } : undefined;
      this.#send({ watchId: NO_WATCH_ID }, first);
      if (this.#owed !== undefined) this.#tellProgress();
    });
  }

  #setBehind(watch: Watch, isBehind: boolean): void {
    watch.isBehind = isBehind;
    if (this.#owed !== undefined) this.#tellProgress();
  }

  #send(fields: Partial<WatchResponse>, revision = this.#context.registry.revision): boolean {
    const header = this.#context.formatHeader(revision);
    return this.#call.send(create(WatchResponseSchema, { header, ...fields } as WatchResponse));
  }

  #create(request: WatchCreateRequest): void {
    if (this.#watches.length >= LIMITS.watchesPerStreamMax) {
      this.#call.end(new GrpcError(GRPC_STATUS.resourceExhausted, 'too many watches on one stream'));
      this.closed();
      return;
    }
    const cancelReason = this.#refusalOf(request);
    if (cancelReason !== undefined) {
      this.#send({ watchId: NO_WATCH_ID, created: true, canceled: true, cancelReason });
      return;
    }
    const watch = new Watch(this.#takeId(request.watchId));
    this.#watches = [...this.#watches, watch];
    this.#run(watch, request).catch((error: unknown) => {
      this.#context.onFault(error);
      this.#call.end(error);
    });
  }

  /** What etcd says of a watch that cannot be, which gets no id. */
  #refusalOf({ key, rangeEnd, startRevision, watchId }: WatchCreateRequest): string | undefined {
    if (startRevision < 0n) return ETCD_ERRORS.compacted.message;
    if (rangeEnd.length > 0 && Buffer.compare(key, rangeEnd) >= 0 && !isEveryKey(rangeEnd)) {
      return 'mvcc: watcher range is empty';
    }
    if (watchId !== 0n && this.#find(watchId) !== undefined) {
      return 'mvcc: duplicate watch ID provided on the WatchStream';
    }
    return undefined;
  }

  #takeId(wanted: bigint): bigint {
    if (wanted !== 0n) return wanted;
    while (this.#find(this.#nextId) !== undefined) this.#nextId++;
    return this.#nextId++;
  }

  #find(id: bigint): Watch | undefined {
    return this.#watches.find((watch) => watch.id === id);
  }

  /** Answers whether it was there. */
  #drop(watch: Watch): boolean {
    const count = this.#watches.length;
    this.#watches = this.#watches.filter((other) => other !== watch);
    return this.#watches.length < count;
  }

  async #run(watch: Watch, request: WatchCreateRequest): Promise<void> {
    let release: (() => void) | undefined;
    try {
      const { registry, floodGate } = this.#context;
      const route = parseRoute(request.key, request.rangeEnd);
      // A client that asks for watch after watch is slowed here, whatever becomes of them.
      const { revision } = await registry.read(route.token);
      if (watch.isStopped) return;
      release = floodGate.openWatch(this.#watching.address, route.token);
      if (release === undefined) throw tooMany();
      this.#send({ watchId: watch.id, created: true }, revision);
      watch.isCreated = true;
      const from = request.startRevision > 0n ? Number(request.startRevision) : revision + 1;
      this.#setBehind(watch, false);
      const following = registry.follow(route.token, from, this.#teller(watch, route, request));
      watch.follow(following, request.progressNotify ? () => this.#notifyOfProgress(watch) : undefined);
      await following.ended;
    } catch (error) {
      // There will be no more events, however late its client is told so.
      this.#setBehind(watch, false);
      await this.#refuse(watch, error);
    } finally {
      watch.stop();
      release?.();
    }
  }

  /** What tells a watch of a commit, as far as it is about its range. */
  #teller(
    watch: Watch,
    route: Route,
    { filters, prevKv }: WatchCreateRequest,
  ): (commit: Commit) => void | Promise<void> {
    return (commit) => {
      const events = selectEvents(route, commit, filters).map((event) =>
        formatEvent(route, event, commit.revision, prevKv),
      );
      if (events.length === 0) return undefined;
      const { registry, onFault } = this.#context;
      const { address, connection } = this.#watching;
      registry.noteShown(route.token, commit.revision, address, connection).catch(onFault);
      // A client that does not keep up is not sent more; its watch reads on from the history afterwards.
      if (this.#send({ watchId: watch.id, events }, commit.revision)) return undefined;
      watch.sentRevision = commit.revision;
      this.#setBehind(watch, true);
      return this.#call.drained().then(() => this.#setBehind(watch, false));
    };
  }

  #notifyOfProgress(watch: Watch): void {
    if (!watch.isBehind) this.#send({ watchId: watch.id });
  }

  /**
   * Ends a watch as etcd does, with the reason. A client that discovers does not print it, and asks again without any
   * delay, hundreds of times a second: so each further refusal on a connection is told later than the one before.
   */
  async #refuse(watch: Watch, error: unknown): Promise<void> {
    const { status, message } = formatError(error);
    if (status === GRPC_STATUS.internal) this.#context.onFault(error);
    await watch.pause(this.#shared.pace.take(this.#call.connection));
    if (watch.isStopped || !this.#drop(watch)) return;
    this.#send({ watchId: watch.id, created: !watch.isCreated, canceled: true, cancelReason: message });
  }

  #cancel(id: bigint): void {
    const watch = this.#find(id);
    if (watch === undefined) return;
    this.#drop(watch);
    watch.stop();
    this.#send({ watchId: id, canceled: true });
    if (this.#owed !== undefined) this.#tellProgress();
  }
}

/** One watch of a stream, and how to end what it is at. */
class Watch {
  readonly id: bigint;
  /** Whether its client was told that it is there. */
  isCreated = false;
  isStopped = false;
  /** It is not there yet, or its client does not keep up: there may be events that it has not sent. */
  isBehind = true;
  /** The revision up to which it has sent everything while it is behind. */
  sentRevision = 0;
  #following: Following | undefined;
  #timer: NodeJS.Timeout | undefined;
  #endPause: (() => void) | undefined;

  constructor(id: bigint) {
    this.id = id;
  }

  /** @param tellProgress called now and then, where the client wants to hear that nothing has happened */
  follow(following: Following, tellProgress: (() => void) | undefined): void {
    this.#following = following;
    if (tellProgress !== undefined) this.#timer = setInterval(tellProgress, LIMITS.watchProgressMs).unref();
  }

  /** Resolves after a time, or when the watch is stopped. */
  pause(ms: number): Promise<void> {
    if (ms === 0 || this.isStopped) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  stop(): void {
    this.isStopped = true;
    this.#following?.stop();
    clearInterval(this.#timer);
    this.#endPause?.();
  }
}

/** `"\0"` as the end of a range is behind every key. */
function isEveryKey(rangeEnd: Uint8Array): boolean {
  return rangeEnd.length === 1 && rangeEnd[0] === 0;
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
