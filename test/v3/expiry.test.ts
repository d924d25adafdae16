import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { GRPC_STATUS } from '../../src/grpc/status.ts';
import {
  PutRequestSchema,
  PutResponseSchema,
  RangeRequestSchema,
  RangeResponseSchema,
  type WatchCreateRequest,
  WatchCreateRequestSchema,
} from '../../src/proto/rpc_pb.ts';
import { prepareTokens } from '../support/dated-tokens.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { createTempDir, type TempDir } from '../support/temp-dir.ts';
import { V3Client } from '../support/v3-client.ts';
import { WatchStream } from './watch-stream.ts';

/** However slow the machine, one of these is still good when it is watched, and ends soon after. */
const ENDS_MS = Array.from({ length: 20 }, (_, n) => 2000 + 4000 * n);
const REASON = /^this token expired on \d{4}-.*Z \(make a new one with \/new\?size=N/;

let dir: TempDir;
let muster: Muster;
let past: string;
let dated: readonly string[];
before(async () => {
  dir = await createTempDir();
  const folder = `${dir.path}/muster`;
  [past = '', ...dated] = await prepareTokens(folder, [-1000, ...ENDS_MS]);
  muster = await startMuster({ store: `lmdb:${folder}` });
});
after(async () => {
  await muster[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const keyBelow = (token: string, key: string): Buffer => Buffer.from(`/_etcd/registry/${token}/${key}`);

function watchOf(token: string): WatchCreateRequest {
  return create(WatchCreateRequestSchema, {
    key: keyBelow(token, 'members/'),
    rangeEnd: keyBelow(token, 'members0'),
  });
}

async function assertExpired(client: V3Client, token: string): Promise<void> {
  const read = await client.unary('/etcdserverpb.KV/Range', RangeRequestSchema, RangeResponseSchema, {
    key: keyBelow(token, '_config/size'),
  });
  const write = await client.unary('/etcdserverpb.KV/Put', PutRequestSchema, PutResponseSchema, {
    key: keyBelow(token, 'members/e1'),
    value: Buffer.from('n1=http://10.0.0.1:2380'),
  });
  for (const answer of [read, write]) {
    assert('status' in answer, 'it was answered');
    assert.equal(answer.status, GRPC_STATUS.failedPrecondition);
    assert.match(answer.text, REASON);
  }
}

test('a token that is over is refused to readers, writers and watches, with the day', async () => {
  await using client = new V3Client(muster.url);
  await assertExpired(client, past);
  const stream = new WatchStream(client, watchOf(past));
  const { created, canceled, cancelReason } = await stream.created();
  assert.deepEqual({ created, canceled }, { created: true, canceled: true });
  assert.match(cancelReason, REASON);
  stream.close();
});

test('a watch whose token ends under it is cancelled with the reason, and the others of its stream go on', async () => {
  await using client = new V3Client(muster.url);
  const longest = dated.at(-1) ?? '';
  const stream = new WatchStream(client, watchOf(longest));
  await stream.created();
  for (const token of dated) stream.create(watchOf(token));
  const count = dated.length + 1;
  await stream.until(() => stream.responses.filter(({ created }) => created).length === count, 'all watches');
  const alive = stream.responses.filter(({ created, canceled }) => created && !canceled);
  // The ids are given in the order of the watches, and that is the order in which their tokens end.
  const ending = alive.map(({ watchId }) => watchId).find((id) => id > 0n) ?? -1n;
  const token = dated[Number(ending) - 1] ?? '';
  assert.notEqual(token, longest, 'the machine is too slow for this test');
  const isItsEnd = ({ watchId, created }: (typeof alive)[number]): boolean => watchId === ending && !created;
  await stream.until(() => stream.responses.some(isItsEnd), 'the watch of the token that ends');
  const ends = stream.responses.filter(isItsEnd);
  assert.deepEqual(
    ends.map(({ canceled, events }) => ({ canceled, events })),
    [{ canceled: true, events: [] }],
    'its keys are not shown as removed',
  );
  assert.match(ends[0]?.cancelReason ?? '', REASON);
  await assertExpired(client, token);
  const put = await client.unary('/etcdserverpb.KV/Put', PutRequestSchema, PutResponseSchema, {
    key: keyBelow(longest, 'members/e1'),
    value: Buffer.from('n1=http://10.0.0.1:2380'),
  });
  assert('message' in put, 'text' in put ? put.text : '');
  await stream.told(2);
  stream.close();
});
