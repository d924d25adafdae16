import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  PutRequestSchema,
  PutResponseSchema,
  type WatchCreateRequest,
  WatchCreateRequestSchema,
} from '../../src/proto/rpc_pb.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { withSeed } from '../support/seeded-random.ts';
import { createTempDir, type TempDir } from '../support/temp-dir.ts';
import { V3Client } from '../support/v3-client.ts';
import { NO_WATCH_ID, WatchStream } from './watch-stream.ts';

const MEMBERS = 200;
const URLS_PER_MEMBER = 100;
const WRITERS = 4;

let dir: TempDir;
let muster: Muster;
before(async () => {
  dir = await createTempDir();
  muster = await startMuster({
    store: `lmdb:${dir.path}/muster`,
    args: ['--rate-limit', 'off', '--guard', 'off'],
  });
});
after(async () => {
  await muster[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** A new token, written to and watched over connections of its own. */
class Registry implements AsyncDisposable {
  readonly #prefix: string;
  readonly #writer = new V3Client(muster.url);
  readonly watcher = new V3Client(muster.url);

  private constructor(token: string) {
    this.#prefix = `/_etcd/registry/${token}/members/`;
  }

  static async open(): Promise<Registry> {
    const made = await fetch(`${muster.url}/new?size=1000`);
    return new Registry((await made.text()).slice(-32));
  }

  /** Registers a member whose value is long, and answers the revision of that. */
  async register(id: string): Promise<bigint> {
    const url = (n: number): string => `${id}=http://10.0.0.1:${n + 1}`;
    const answer = await this.#writer.unary('/etcdserverpb.KV/Put', PutRequestSchema, PutResponseSchema, {
      key: Buffer.from(this.#prefix + id),
      value: Buffer.from(Array.from({ length: URLS_PER_MEMBER }, (_, n) => url(n)).join(',')),
    });
    assert('message' in answer, 'text' in answer ? answer.text : '');
    return answer.message.header?.revision ?? 0n;
  }

  watchOf(fields: Partial<WatchCreateRequest> = {}): WatchCreateRequest {
    const key = Buffer.from(this.#prefix);
    const rangeEnd = Buffer.from(this.#prefix.replace(/\/$/, '0'));
    return create(WatchCreateRequestSchema, { key, rangeEnd, ...fields } as WatchCreateRequest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer[Symbol.asyncDispose]();
    await this.watcher[Symbol.asyncDispose]();
  }
}

/** What a progress answer promises: everything up to its revision was sent before it. */
function assertNothingLate(stream: WatchStream): void {
  let promised = 0n;
  for (const { watchId, header, events } of stream.responses) {
    for (const { kv } of events) {
      assert((kv?.modRevision ?? 0n) > promised, `an event of ${kv?.modRevision} came behind ${promised}`);
    }
    if (watchId === NO_WATCH_ID) promised = header?.revision ?? 0n;
  }
}

test('a progress answer to a client that does not read waits until it was sent what came before', async () => {
  await using registry = await Registry.open();
  let newest = 0n;
  for (let n = 0; n < MEMBERS; n++) newest = await registry.register(`m${n}`);
  const stream = new WatchStream(registry.watcher, registry.watchOf({ startRevision: 1n }));
  // Asked for before the watch is there, and again while its events wait for their client.
  stream.askProgress();
  await stream.created();
  stream.pause();
  stream.askProgress();
  await registry.register('last');
  stream.askProgress();
  newest = await registry.register('very-last');
  stream.askProgress();
  stream.resume();
  await stream.until(
    () => stream.progress.some(({ header }) => header?.revision === newest),
    'the progress of the newest write',
  );
  assertNothingLate(stream);
  assert.equal(stream.events.length, MEMBERS + 2);
  stream.close();
});

test('no event comes behind a progress answer of its revision or of a later one', (t) =>
  withSeed(t, async (random) => {
    await using registry = await Registry.open();
    const stream = new WatchStream(registry.watcher, registry.watchOf());
    await stream.created();
    let written = 0n;
    let writing = WRITERS;
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < MEMBERS / WRITERS; n++) {
        const revision = await registry.register(`m${writer}-${n}`);
        if (revision > written) written = revision;
      }
      writing--;
    };
    const watch = async (): Promise<void> => {
      let watches = 1;
      for (let turn = 0; writing > 0; turn++) {
        const asked = written;
        if (random.chance(0.3)) stream.pause();
        stream.askProgress();
        // One more watch from now on; more of them fill the stream of a client that does not read sooner.
        if (watches < 8 && random.chance(0.2)) {
          watches++;
          stream.create(registry.watchOf());
        }
        for (let n = random.integer(0, 2); n > 0; n--) await registry.register(`w${turn}-${n}`);
        stream.resume();
        await stream.until(
          () => stream.progress.some(({ header }) => (header?.revision ?? 0n) >= asked),
          `progress up to ${asked}`,
        );
      }
    };
    await Promise.all([watch(), ...Array.from({ length: WRITERS }, (_, writer) => write(writer))]);
    assertNothingLate(stream);
    assert(stream.events.length >= MEMBERS);
    stream.close();
  }));
