import assert from 'node:assert/strict';
import { create, type Message, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import {
  DeleteRangeRequestSchema,
  DeleteRangeResponseSchema,
  PutRequestSchema,
  PutResponseSchema,
  type RangeRequest,
  RangeRequestSchema,
  RangeResponseSchema,
  type ResponseOp,
  TxnRequestSchema,
  TxnResponseSchema,
  WatchCreateRequest_FilterType,
  type WatchResponse,
} from '../../src/proto/rpc_pb.ts';
import { poll } from '../support/poll.ts';
import { V3Client } from '../support/v3-client.ts';
import {
  type Command,
  MEMBER_IDS,
  type Operation,
  type PutCommand,
  type Sequence,
  type Span,
  type TxnCommand,
  type WatchCommand,
} from './commands.ts';
import { differenceOf, isRepeated, type Refused } from './refusals.ts';
import { keysOf, Requests } from './requests.ts';
import { SIDES, type Side, Timeline } from './timeline.ts';
import { Viewer } from './view.ts';
import { WatchStream } from './watch-stream.ts';

/** Where the two services are, and what gives the operator's right in Muster. */
export interface Sides {
  readonly etcd: string;
  readonly muster: string;
  readonly adminToken: string;
}

type PerSide<T> = Readonly<Record<Side, T>>;
type Answer<O extends Message> = { message: O } | Refused;

const ALL_MEMBERS: Span = { start: 'members/', end: '*' };

/** One token on both sides, and everything that is done to it. */
export class Session implements AsyncDisposable {
  readonly #sequence: Sequence;
  readonly #adminToken: string;
  readonly #prefix: string;
  readonly #clients: PerSide<V3Client>;
  readonly #timeline: Timeline;
  readonly #requests: PerSide<Requests>;
  readonly #viewers: PerSide<Viewer>;
  readonly #watches: Array<{ command: WatchCommand; streams: PerSide<WatchStream> }> = [];
  /** The streams of the watches that share one, and the ids of those that are open. */
  #shared: PerSide<WatchStream> | undefined;
  readonly #open = new Set<bigint>();
  /** How often each of the deliberate differences was met. */
  readonly differences: Map<string, number> = new Map();

  private constructor(
    sequence: Sequence,
    adminToken: string,
    prefix: string,
    clients: PerSide<V3Client>,
    timeline: Timeline,
  ) {
    this.#sequence = sequence;
    this.#adminToken = adminToken;
    this.#prefix = prefix;
    this.#clients = clients;
    this.#timeline = timeline;
    const requests = (side: Side): Requests => new Requests(side, timeline, prefix, sequence.form);
    this.#requests = { etcd: requests('etcd'), muster: requests('muster') };
    this.#viewers = { etcd: new Viewer('etcd', timeline), muster: new Viewer('muster', timeline) };
  }

  /** Makes a token in Muster, and gives its size the same key in etcd. */
  static async open({ etcd, muster, adminToken }: Sides, sequence: Sequence): Promise<Session> {
    const made = await fetch(`${muster}/new?size=${sequence.size}`);
    const token = (await made.text()).trim().slice(-32);
    const prefix = `/_etcd/registry/${token}/`;
    const clients = { etcd: new V3Client(etcd), muster: new V3Client(muster) };
    const key = Buffer.from(`${prefix}_config/size`);
    const put = await send(clients.etcd, 'Put', PutRequestSchema, PutResponseSchema, {
      key,
      value: Buffer.from(String(sequence.size)),
    });
    const read = await send(clients.muster, 'Range', RangeRequestSchema, RangeResponseSchema, { key });
    const timeline = new Timeline({
      etcd: messageOf(put).header?.revision ?? 0n,
      muster: messageOf(read).kvs[0]?.modRevision ?? 0n,
    });
    return new Session(sequence, adminToken, prefix, clients, timeline);
  }

  /** Does one request on both sides. @throws Error where they do not answer the same */
  async run(command: Command): Promise<void> {
    try {
      const { request } = command;
      if (request.kind === 'watch') await this.#watch(request);
      else if (request.kind === 'cancel') await this.#cancel(BigInt(request.watchId));
      else if (request.kind === 'range') await this.#range(this.#rangeOn(request));
      else {
        await this.#write(command, request);
        await this.#range(() => this.#allKeys());
      }
    } catch (error) {
      throw new Error(`${JSON.stringify(command)}\n${(error as Error).message}`, { cause: error });
    }
  }

  /** Lets every watch see a put and a removal of all its keys, and compares what the watches told. */
  async finish(): Promise<void> {
    const writes = new Map<string, number>();
    const removal: Operation = { kind: 'delete', span: ALL_MEMBERS, prevKv: true };
    await this.run({ isAdmin: true, request: removal });
    for (const id of MEMBER_IDS) {
      const key = `members/${id}`;
      await this.run({ isAdmin: false, request: { ...PLAIN_PUT, key } });
      writes.set(key, this.#timeline.last);
    }
    await this.run({ isAdmin: true, request: removal });
    for (const watch of this.#watches) await this.#compareWatch(watch, writes);
    if (this.#shared !== undefined) await this.#compareShared(this.#shared);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { streams } of this.#watches) for (const side of SIDES) streams[side].close();
    for (const side of SIDES) this.#shared?.[side].close();
    for (const side of SIDES) await this.#clients[side][Symbol.asyncDispose]();
  }

  #rangeOn(request: Parameters<Requests['range']>[0]): (side: Side) => RangeRequest {
    return (side) => this.#requests[side].range(request);
  }

  #allKeys(): RangeRequest {
    return create(RangeRequestSchema, keysOf(this.#prefix, { start: '', end: '*' }));
  }

  async #range(requestOn: (side: Side) => RangeRequest): Promise<void> {
    const [etcd, muster] = await Promise.all(
      SIDES.map(async (side) => {
        const answer = await this.#send(
          side,
          'Range',
          RangeRequestSchema,
          RangeResponseSchema,
          requestOn(side),
        );
        return 'message' in answer ? this.#viewers[side].range(answer.message) : answer;
      }),
    );
    assert.deepEqual(muster, etcd);
  }

  /** Muster is asked first: what it refuses by a rule of its own, the reference is not asked for. */
  async #write(command: Command, request: Operation): Promise<void> {
    const keys = await this.#referenceKeys();
    const { form, size } = this.#sequence;
    const muster = await this.#sendWrite('muster', request, () => false, command.isAdmin);
    if (!('message' in muster)) {
      const difference = differenceOf(muster, { command, form, size, keys });
      if (difference !== undefined) return this.#count(difference);
    }
    // Where Muster repeats an answer, the reference is asked what the key is.
    const repeats = (put: PutCommand): boolean => 'message' in muster && isRepeated(put, form, keys);
    const etcd = await this.#sendWrite('etcd', request, repeats, false);
    if (!('message' in muster && 'message' in etcd)) {
      assert.deepEqual(muster, etcd);
      return;
    }
    const [ours, theirs] = [muster.message.header?.revision ?? 0n, etcd.message.header?.revision ?? 0n];
    if (theirs > this.#timeline.at('etcd', this.#timeline.last)) {
      this.#timeline.add({ etcd: theirs, muster: ours });
    }
    if (putsOf(request).some(repeats)) this.#count('D1');
    assert.deepEqual(
      this.#viewWrite('muster', request, muster.message, () => false),
      this.#viewWrite('etcd', request, etcd.message, repeats),
    );
  }

  async #referenceKeys(): Promise<Map<string, string>> {
    const answer = await this.#send(
      'etcd',
      'Range',
      RangeRequestSchema,
      RangeResponseSchema,
      this.#allKeys(),
    );
    const { kvs } = messageOf(answer);
    const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
    return new Map(kvs.map(({ key, value }) => [text(key).slice(this.#prefix.length), text(value)]));
  }

  #sendWrite(
    side: Side,
    request: Operation,
    repeats: (put: PutCommand) => boolean,
    isAdmin: boolean,
  ): Promise<Answer<WriteAnswer>> {
    const requests = this.#requests[side];
    switch (request.kind) {
      case 'range':
        throw new Error('a Range is no write');
      case 'put':
        if (repeats(request)) {
          return this.#send(side, 'Range', RangeRequestSchema, RangeResponseSchema, requests.keyOf(request));
        }
        return this.#send(side, 'Put', PutRequestSchema, PutResponseSchema, requests.put(request), isAdmin);
      case 'delete': {
        const removal = requests.deleteRange(request);
        const schemas = [DeleteRangeRequestSchema, DeleteRangeResponseSchema] as const;
        return this.#send(side, 'DeleteRange', ...schemas, removal, isAdmin);
      }
      case 'txn': {
        const txn = requests.txn(request, repeats);
        return this.#send(side, 'Txn', TxnRequestSchema, TxnResponseSchema, txn, isAdmin);
      }
    }
  }

  #viewWrite(
    side: Side,
    request: Operation,
    answer: WriteAnswer,
    repeats: (put: PutCommand) => boolean,
  ): unknown {
    const viewer = this.#viewers[side];
    switch (answer.$typeName) {
      case 'etcdserverpb.RangeResponse':
        return viewer.repeatedPut(answer, request.kind === 'put' && request.prevKv);
      case 'etcdserverpb.PutResponse':
        return viewer.put(answer);
      case 'etcdserverpb.DeleteRangeResponse':
        return viewer.deleteRange(answer);
      case 'etcdserverpb.TxnResponse': {
        const { success, failure } = request as TxnCommand;
        const operations = answer.succeeded ? success : failure;
        return viewer.txn(answer, (response: ResponseOp, index: number) => {
          const operation = operations[index];
          if (operation?.kind !== 'put' || !repeats(operation)) return viewer.responseOp(response);
          assert.equal(response.response.case, 'responseRange');
          return { put: viewer.repeatedPut(response.response.value as never, operation.prevKv) };
        });
      }
    }
  }

  async #watch(command: WatchCommand): Promise<void> {
    if (command.isShared) return this.#watchShared(command);
    const open = (side: Side): WatchStream =>
      new WatchStream(this.#clients[side], this.#requests[side].watch(command));
    const streams = { etcd: open('etcd'), muster: open('muster') };
    this.#watches.push({ command, streams });
    // The next write comes when both are there.
    await Promise.all(SIDES.map((side) => streams[side].created()));
  }

  async #watchShared(command: WatchCommand): Promise<void> {
    const open = (side: Side): WatchStream => new WatchStream(this.#clients[side]);
    this.#shared ??= { etcd: open('etcd'), muster: open('muster') };
    // From the next write on is from now on; but etcd would not tell the progress of a stream with such a watch.
    const from = command.from === 'next' ? 'none' : command.from;
    const { watchId, canceled } = await this.#control(this.#shared, (side, stream) =>
      stream.create(this.#requests[side].watch({ ...command, from })),
    );
    if (!canceled) this.#open.add(watchId);
  }

  async #cancel(id: bigint): Promise<void> {
    const shared = this.#shared;
    if (shared === undefined) return;
    if (!this.#open.delete(id)) {
      for (const side of SIDES) shared[side].cancel(id);
      return;
    }
    await this.#untilTold(shared, [id]);
    await this.#control(shared, (_side, stream) => stream.cancel(id));
  }

  /** Asks something about a watch of the shared stream, and answers what both sides say to it. */
  async #control(
    shared: PerSide<WatchStream>,
    ask: (side: Side, stream: WatchStream) => void,
  ): Promise<WatchResponse> {
    const views = await Promise.all(
      SIDES.map(async (side) => {
        const stream = shared[side];
        const count = stream.controls.length;
        ask(side, stream);
        await stream.until(() => stream.controls.length > count, 'an answer about a watch');
        return this.#viewControl(side, stream.controls.at(-1));
      }),
    );
    assert.deepEqual(views[1], views[0]);
    return shared.muster.controls.at(-1) as WatchResponse;
  }

  #viewControl(side: Side, response: WatchResponse | undefined): unknown {
    if (response === undefined) return undefined;
    const { header, watchId, created, canceled, cancelReason } = response;
    return { header: this.#viewers[side].header(header), watchId, created, canceled, cancelReason };
  }

  /** Waits until Muster has told everything that it has to tell, and etcd as much. */
  async #untilTold({ etcd, muster }: PerSide<WatchStream>, ids: readonly bigint[]): Promise<void> {
    const count = muster.progress.length;
    muster.askProgress();
    await muster.until(() => muster.progress.length > count, 'the progress of Muster');
    const isEven = (): boolean => ids.every((id) => etcd.eventsOf(id).length >= muster.eventsOf(id).length);
    await etcd.until(isEven, 'as many events as of Muster');
  }

  async #compareShared(shared: PerSide<WatchStream>): Promise<void> {
    const ids = [...new Set(shared.muster.controls.map(({ watchId }) => watchId))];
    await this.#untilTold(shared, ids);
    if (this.#open.size > 0) await this.#compareProgress(shared);
    const [etcd, muster] = SIDES.map((side) => {
      const stream = shared[side];
      assert.deepEqual(stream.outdated, []);
      return {
        controls: stream.controls.map((response) => this.#viewControl(side, response)),
        events: ids.map((id) => stream.eventsOf(id).map((event) => this.#viewers[side].event(event))),
      };
    });
    assert.deepEqual(muster, etcd);
  }

  /** D14: Muster has answered; etcd must be asked again while a watch reads what was before it. */
  async #compareProgress({ etcd, muster }: PerSide<WatchStream>): Promise<void> {
    const newest = this.#timeline.at('etcd', this.#timeline.last);
    await poll('the progress of etcd', 10_000, async () => {
      etcd.askProgress();
      return etcd.progress.some(({ header }) => (header?.revision ?? 0n) >= newest) ? true : undefined;
    });
    const view = (side: Side, stream: WatchStream): unknown =>
      this.#viewControl(side, stream.progress.at(-1));
    assert.deepEqual(view('muster', muster), view('etcd', etcd));
  }

  async #compareWatch(
    { command, streams }: { command: WatchCommand; streams: PerSide<WatchStream> },
    writes: ReadonlyMap<string, number>,
  ): Promise<void> {
    const last = this.#lastWriteOf(command, writes);
    if (last === undefined) await untilEven(streams);
    const [etcd, muster] = await Promise.all(
      SIDES.map(async (side) => {
        const stream = streams[side];
        if (last !== undefined) await stream.reached(this.#timeline.at(side, last));
        assert.deepEqual(stream.outdated, []);
        const viewer = this.#viewers[side];
        return {
          others: stream.others.map(({ header, watchId, created, canceled, cancelReason }) => {
            return { header: viewer.header(header), watchId, created, canceled, cancelReason };
          }),
          events: stream.events.map((event) => viewer.event(event)),
        };
      }),
    );
    assert.deepEqual(muster, etcd);
  }

  /** The last write that a watch must tell; undefined where it tells none. */
  #lastWriteOf(
    { span, filters, from }: WatchCommand,
    writes: ReadonlyMap<string, number>,
  ): number | undefined {
    // It is refused.
    if (from === 'negative') return undefined;
    const { key, rangeEnd } = keysOf(this.#prefix, span);
    const own = [...writes].filter(([name]) => {
      const full = Buffer.from(this.#prefix + name);
      if (span.end === undefined) return full.equals(key);
      return Buffer.compare(full, key) >= 0 && Buffer.compare(full, rangeEnd) < 0;
    });
    if (own.length === 0) return undefined;
    if (!filters.includes(WatchCreateRequest_FilterType.NODELETE)) return this.#timeline.last;
    if (filters.includes(WatchCreateRequest_FilterType.NOPUT)) return undefined;
    return own.at(-1)?.[1];
  }

  #send<I extends Message, O extends Message>(
    side: Side,
    method: string,
    input: GenMessage<I>,
    output: GenMessage<O>,
    request: MessageInitShape<GenMessage<I>>,
    isAdmin = false,
  ): Promise<Answer<O>> {
    const headers = isAdmin ? { authorization: `Bearer ${this.#adminToken}` } : {};
    return send(this.#clients[side], method, input, output, request, headers);
  }

  #count(difference: string): void {
    this.differences.set(difference, (this.differences.get(difference) ?? 0) + 1);
  }
}

type WriteAnswer =
  | MessageShape<typeof RangeResponseSchema>
  | MessageShape<typeof PutResponseSchema>
  | MessageShape<typeof DeleteRangeResponseSchema>
  | MessageShape<typeof TxnResponseSchema>;

/**
 * Waits until neither side has told more events than the other. A watch that no write at the end is about has no last
 * event to wait for, and etcd tells what was before the watch up to a tenth of a second later
 * (etcd-io/etcd:server/storage/mvcc/watchable_store.go, syncWatchersLoop).
 */
async function untilEven({ etcd, muster }: PerSide<WatchStream>): Promise<void> {
  while (etcd.events.length !== muster.events.length) {
    await etcd.told(muster.events.length);
    await muster.told(etcd.events.length);
  }
}

const PLAIN_PUT = {
  kind: 'put',
  value: 0,
  prevKv: false,
  ignoreValue: false,
  ignoreLease: false,
  hasLease: false,
} as const;

function send<I extends Message, O extends Message>(
  client: V3Client,
  method: string,
  input: GenMessage<I>,
  output: GenMessage<O>,
  request: MessageInitShape<GenMessage<I>>,
  headers: Record<string, string> = {},
): Promise<Answer<O>> {
  return client.unary(`/etcdserverpb.KV/${method}`, input, output, request, headers);
}

function messageOf<O extends Message>(answer: Answer<O>): O {
  if ('message' in answer) return answer.message;
  throw new Error(`refused: ${answer.status} ${answer.text}`);
}

function putsOf(request: Operation): PutCommand[] {
  const operations = request.kind === 'txn' ? [...request.success, ...request.failure] : [request];
  return operations.filter((operation) => operation.kind === 'put');
}
