import { type ClientHttp2Stream, constants } from 'node:http2';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { formatMessage, MessageReader } from '../../src/grpc/message-reader.ts';
import type { Event } from '../../src/proto/kv_pb.ts';
import {
  type WatchCreateRequest,
  WatchRequestSchema,
  type WatchResponse,
  WatchResponseSchema,
} from '../../src/proto/rpc_pb.ts';
import { type Deferred, deferred } from '../support/deferred.ts';
import type { V3Client } from '../support/v3-client.ts';

/** Far above the time that an event takes: it ends a run that waits for what does not come. */
const WAIT_MS = 10_000;

/** etcd's id of an answer that is about no watch. */
export const NO_WATCH_ID = -1n;

/** A stream of one watch, unless more are made on it, and what it has told. */
export class WatchStream {
  readonly #stream: ClientHttp2Stream;
  readonly #responses: WatchResponse[] = [];
  #changed: Deferred<void> = deferred<void>();

  /** @param request the first watch; undefined: none yet */
  constructor(client: V3Client, request?: WatchCreateRequest) {
    this.#stream = client.open('/etcdserverpb.Watch/Watch');
    const reader = new MessageReader(1 << 24);
    this.#stream.on('data', (chunk: Buffer) => {
      for (const bytes of reader.read(chunk)) this.#responses.push(fromBinary(WatchResponseSchema, bytes));
      const changed = this.#changed;
      this.#changed = deferred<void>();
      changed.resolve();
    });
    if (request !== undefined) this.create(request);
  }

  /** Every answer, in its order. */
  get responses(): readonly WatchResponse[] {
    return this.#responses;
  }

  /** All events so far. */
  get events(): Event[] {
    return this.#responses.flatMap(({ events }) => events);
  }

  /** The events of one of several watches. */
  eventsOf(id: bigint): Event[] {
    return this.#responses.filter(({ watchId }) => watchId === id).flatMap(({ events }) => events);
  }

  /** The answers that watches were made, refused or ended. */
  get controls(): WatchResponse[] {
    return this.#responses.filter(({ created, canceled }) => created || canceled);
  }

  /** The answers to progress requests. */
  get progress(): WatchResponse[] {
    return this.others.filter(({ created, canceled }) => !created && !canceled);
  }

  /** Every answer that is about anything but events. */
  get others(): WatchResponse[] {
    return this.#responses.filter(({ events }) => events.length === 0);
  }

  /** Those answers whose header is older than an event in them, of which there must be none. */
  get outdated(): WatchResponse[] {
    return this.#responses.filter(({ header, events }) =>
      events.some(({ kv }) => (kv?.modRevision ?? 0n) > (header?.revision ?? 0n)),
    );
  }

  /** The answer that the watch is there. */
  async created(): Promise<WatchResponse> {
    await this.#until(() => this.#responses.length > 0, 'the watch is made');
    return this.#responses[0] as WatchResponse;
  }

  /** Waits until the watch has told a change of this revision, or of a newer one. */
  reached(revision: bigint): Promise<void> {
    return this.#until(() => (this.events.at(-1)?.kv?.modRevision ?? 0n) >= revision, `revision ${revision}`);
  }

  /** Waits until the watch has told so many events, or more. */
  told(count: number): Promise<void> {
    return this.#until(() => this.events.length >= count, `${count} events, as on the other side`);
  }

  /** Waits until something is so. @throws Error after 10 s */
  until(isSo: () => boolean, what: string): Promise<void> {
    return this.#until(isSo, what);
  }

  create(value: WatchCreateRequest): void {
    this.#send({ requestUnion: { case: 'createRequest', value } });
  }

  cancel(watchId: bigint): void {
    this.#send({ requestUnion: { case: 'cancelRequest', value: { watchId } } });
  }

  askProgress(): void {
    this.#send({ requestUnion: { case: 'progressRequest', value: {} } });
  }

  /** What is told from here on stays with the service, until `resume`. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  close(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #send(request: MessageInitShape<typeof WatchRequestSchema>): void {
    this.#stream.write(formatMessage(toBinary(WatchRequestSchema, create(WatchRequestSchema, request))));
  }

  async #until(isSo: () => boolean, what: string): Promise<void> {
    const late = deferred<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`a watch waits in vain: ${what}; it told ${this.events.length} events`)),
      WAIT_MS,
    );
    try {
      while (!isSo()) await Promise.race([this.#changed.promise, late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }
}
