import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { openRegistry, registerMany } from '../../../test/support/registry.ts';
import {
  RangeRequest_SortOrder,
  RangeRequest_SortTarget,
  RangeRequestSchema,
  type RangeResponse,
  RangeResponseSchema,
} from '../../proto/rpc_pb.ts';
import type { LiveContent } from '../../registry/registry-state.ts';
import { shownEntries } from '../../registry/shown-keys.ts';
import { createHeaderFormat } from './documents.ts';
import { encodeRange, formatRange } from './read.ts';
import { parseRoute } from './route.ts';

const formatHeader = createHeaderFormat('00000000000000c1');

async function openContent(members: number): Promise<{ token: string; content: LiveContent }> {
  const { registry } = openRegistry();
  const token = await registry.create({ size: 3, ttlSeconds: 60 });
  await registerMany(registry, token, members);
  return { token, content: (await registry.read(token)).content };
}

type Question = (base: string) => MessageInitShape<typeof RangeRequestSchema>;

function ask(
  content: LiveContent,
  revision: number,
  spelling: string,
  question: Question = () => ({}),
): { answer: RangeResponse; expected: RangeResponse } {
  const base = `/_etcd/registry/${spelling}/`;
  const members = { key: Buffer.from(`${base}members`), rangeEnd: Buffer.from(`${base}membert`) };
  const request = create(RangeRequestSchema, { ...members, ...question(base) });
  const route = parseRoute(request.key, request.rangeEnd);
  const { parts } = encodeRange(route, request, content, formatHeader(revision));
  const expected = formatRange(route, request, shownEntries(content), formatHeader(revision));
  return {
    answer: fromBinary(RangeResponseSchema, Uint8Array.from(Buffer.concat(parts))),
    expected: fromBinary(RangeResponseSchema, toBinary(RangeResponseSchema, expected)),
  };
}

const NO_END = new Uint8Array();

const QUESTIONS: readonly Question[] = [
  () => ({}),
  () => ({ limit: 1n }),
  () => ({ limit: 2n }),
  () => ({ keysOnly: true }),
  () => ({ countOnly: true }),
  () => ({ sortOrder: RangeRequest_SortOrder.DESCEND }),
  () => ({ sortTarget: RangeRequest_SortTarget.VALUE, sortOrder: RangeRequest_SortOrder.DESCEND }),
  (base) => ({ rangeEnd: Buffer.from(`${base}members/8`) }),
  () => ({ rangeEnd: NO_END }),
  (base) => ({ key: Buffer.from(`${base}_config/size`), rangeEnd: NO_END }),
  () => ({ maxModRevision: 3n }),
  () => ({ minCreateRevision: 4n }),
];

test('encodeRange answers each question as if nobody had asked before', async () => {
  const { token, content } = await openContent(3);
  // More questions than are kept, each of them several times, under other headers.
  for (const [round, questions] of [QUESTIONS, [...QUESTIONS].reverse(), QUESTIONS].entries()) {
    for (const question of questions) {
      const { answer, expected } = ask(content, 10 + round, token, question);
      assert.deepEqual(answer, expected);
    }
  }
});

test('encodeRange keeps the answers of each content and of each spelling apart', async () => {
  const two = await openContent(2);
  const three = await openContent(3);
  assert.equal(ask(two.content, 10, two.token).answer.count, 2n);
  assert.equal(ask(three.content, 10, three.token).answer.count, 3n);
  assert.equal(ask(two.content, 10, two.token).answer.count, 2n);
  const { answer, expected } = ask(two.content, 10, `http:/127.0.0.1:8087/${two.token}`);
  assert.deepEqual(answer, expected);
  assert.match(Buffer.from(answer.kvs[0]?.key ?? []).toString(), /^\/_etcd\/registry\/http:/);
});
