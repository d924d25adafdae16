import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type KeyValue, KeyValueSchema } from '../../proto/kv_pb.ts';
import type { Commit, Entry } from '../store.ts';
import { COMMIT_KEY, Layout } from './layout.ts';
import { lastRevision, TokenStates } from './token-states.ts';

const TOKEN = 'a'.repeat(32);
const layout = new Layout('');

function kv(key: string, revision: number): KeyValue {
  const at = BigInt(revision);
  const key_ = layout.key(TOKEN, key);
  return create(KeyValueSchema, { key: key_, createRevision: at, modRevision: at, version: 1n });
}

function put(key: string, revision: number): Commit {
  const entry: Entry = {
    key,
    value: new Uint8Array(),
    createRevision: revision,
    modRevision: revision,
    version: 1,
  };
  return { revision, events: [{ type: 'put', entry }] };
}

const keysOf = (states: TokenStates): string[] | undefined =>
  states.get(TOKEN)?.entries.map(({ key }) => key);

test('a state is kept up to date by what is told of its token', () => {
  const states = new TokenStates(layout);
  states.take(TOKEN, [kv(COMMIT_KEY, 4), kv('a', 3), kv('b', 4)], 5);
  assert.deepEqual(keysOf(states), ['a', 'b']);
  states.apply(TOKEN, put('old', 5), 5);
  assert.deepEqual(keysOf(states), ['a', 'b'], 'it was in the range already');
  states.apply(TOKEN, put('c', 6), 6);
  assert.deepEqual(keysOf(states), ['a', 'b', 'c']);
  assert.equal(states.get(TOKEN)?.commitRevision, 6);
});

test('a range that was long on its way is not remembered where news of its token came meanwhile', () => {
  const states = new TokenStates(layout);
  states.apply(TOKEN, put('b', 8), 8);
  const read = states.take(TOKEN, [kv('a', 3)], 7);
  assert.deepEqual(
    read.entries.map(({ key }) => key),
    ['a'],
    'whoever asked has what was read',
  );
  assert.equal(states.get(TOKEN), undefined);
  states.take(TOKEN, [kv('a', 3), kv('b', 8)], 8);
  assert.deepEqual(keysOf(states), ['a', 'b']);
});

test('nothing from before a gap is remembered', () => {
  const states = new TokenStates(layout);
  states.take(TOKEN, [kv('a', 3)], 7);
  states.clear(20);
  assert.equal(states.get(TOKEN), undefined);
  states.take(TOKEN, [kv('a', 3)], 19);
  assert.equal(states.get(TOKEN), undefined);
  states.take(TOKEN, [kv('a', 3)], 20);
  assert.deepEqual(keysOf(states), ['a']);
});

test('a range without changes answers the same entries', () => {
  const states = new TokenStates(layout);
  const first = states.take(TOKEN, [kv(COMMIT_KEY, 3), kv('a', 3)], 7);
  const second = states.take(TOKEN, [kv(COMMIT_KEY, 3), kv('a', 3)], 9);
  assert.equal(second.entries, first.entries);
  const third = states.take(TOKEN, [kv(COMMIT_KEY, 10), kv('a', 10)], 10);
  assert.notEqual(third.entries, first.entries);
});

test('lastRevision knows of a commit that only removed keys', () => {
  const states = new TokenStates(layout);
  assert.equal(lastRevision(states.take(TOKEN, [kv(COMMIT_KEY, 9), kv('a', 3)], 9)), 9);
  assert.equal(lastRevision(states.take('b'.repeat(32), [], 9)), 0);
});
