import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { GRPC_STATUS } from '../../src/grpc/status.ts';
import { LIMITS } from '../../src/limits.ts';
import { WatchCreateRequestSchema, WatchRequestSchema } from '../../src/proto/rpc_pb.ts';
import {
  callOn,
  FRAME_TYPE,
  FrameConnection,
  formatFrame,
  type PreparedCall,
  prepareCall,
} from '../support/h2-frames.ts';
import { poll } from '../support/poll.ts';
import { V3Client } from '../support/v3-client.ts';
import { WatchStream } from '../v3/watch-stream.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

/** Far more than may be open at once. */
const STREAMS = 10_000;
/** What a client writes at a time, so that the server sees many turns of it. */
const BATCH = 50;
const CANCEL = Buffer.from([0, 0, 0, 8]);

let server: WatchedMuster;
before(async () => {
  server = await startWatchedMuster();
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

const idOf = (n: number): number => 2 * n + 1;
const keyBelow = (token: string, key: string): Buffer => Buffer.from(`/_etcd/registry/${token}/${key}`);

/** A watch of the election, as a call whose client has more to say. */
function prepareWatch(token: string): PreparedCall {
  const value = create(WatchCreateRequestSchema, { key: keyBelow(token, '_state') });
  const request = create(WatchRequestSchema, { requestUnion: { case: 'createRequest', value } });
  const message = toBinary(WatchRequestSchema, request);
  return prepareCall('muster', '/etcdserverpb.Watch/Watch', message, false);
}

/** Does something bad beside a well-behaved client, whose calls and whose watch must go on meanwhile and after. */
async function assertUnnoticed(misbehave: (token: string) => Promise<void>): Promise<void> {
  const token = await server.newToken();
  await using good = new V3Client(server.muster.url);
  const watch = new WatchStream(
    good,
    create(WatchCreateRequestSchema, {
      key: keyBelow(token, 'members/'),
      rangeEnd: keyBelow(token, 'members0'),
    }),
  );
  await watch.created();
  let isOver = false;
  const calls = (async () => {
    let made = 0;
    do {
      const { status } = await good.call('/grpc.health.v1.Health/Check', Buffer.alloc(5));
      assert.equal(status, GRPC_STATUS.ok);
      made++;
    } while (!isOver);
    return made;
  })();
  const bad = misbehave(token).finally(() => {
    isOver = true;
  });
  const [made] = await Promise.all([calls, bad]);
  assert(made > 0);
  await poll('only the good watch is left', 5000, async () =>
    (await server.countWatches()) === 1 ? true : undefined,
  );
  assert.equal((await server.register(token, 1)).status, 201);
  await watch.told(1);
  watch.close();
}

for (const [when, isConfirmed] of [
  ['before it knows the limit', false],
  ['although it has confirmed the limit', true],
] as const) {
  test(`a client that opens ${STREAMS} streams ${when} has ${LIMITS.streamsPerConnectionMax} of them, and nobody else notices`, async () => {
    await assertUnnoticed(async (token) => {
      using flood = await FrameConnection.open(server.port);
      if (isConfirmed) await flood.acknowledgeSettings();
      const watch = prepareWatch(token);
      flood.send(Buffer.concat(Array.from({ length: STREAMS }, (_, n) => callOn(idOf(n), watch))));
      const streamsWith = (type: number): Set<number> =>
        new Set(flood.frames.filter((frame) => frame.type === type).map(({ streamId }) => streamId));
      // Which of both it is, is the choice of the library under Node.
      await flood.until('every stream is refused or the session has ended', () => {
        return streamsWith(FRAME_TYPE.headers).size + streamsWith(FRAME_TYPE.reset).size >= STREAMS;
      });
      const served = streamsWith(FRAME_TYPE.headers).size;
      assert(served <= LIMITS.streamsPerConnectionMax, `${served} streams were served`);
    });
  });
}

for (const [how, size] of [
  ['at once', STREAMS],
  ['batch by batch', BATCH],
] as const) {
  test(`a client that opens and resets ${STREAMS} streams ${how} loses its session, and nobody else notices`, async () => {
    await assertUnnoticed(async (token) => {
      using flood = await FrameConnection.open(server.port);
      await flood.acknowledgeSettings();
      const watch = prepareWatch(token);
      const pairs = Array.from({ length: STREAMS }, (_, n) =>
        Buffer.concat([callOn(idOf(n), watch), formatFrame(FRAME_TYPE.reset, 0, idOf(n), CANCEL)]),
      );
      for (let n = 0; n < STREAMS; n += size) await flood.sent(Buffer.concat(pairs.slice(n, n + size)));
      await flood.until('the session has ended', () => false);
    });
  });
}
