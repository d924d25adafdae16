import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_SECONDS, openRegistry, refusalOf } from '../../test/support/registry.ts';
import { isMusterError } from '../errors.ts';
import { parseClusterSize } from './cluster-size.ts';
import { assertTokenTtl } from './create.ts';
import { Registrants } from './registrants.ts';
import { Registry } from './registry.ts';

const invalidSize = (error: unknown): boolean => isMusterError(error, 'invalid-size');
const invalidTtl = (error: unknown): boolean => isMusterError(error, 'invalid-ttl');

test('parseClusterSize takes 1 to 1000, and 3 where nothing is said', () => {
  assert.equal(parseClusterSize(undefined), 3);
  assert.equal(parseClusterSize(''), 3);
  assert.equal(parseClusterSize('1'), 1);
  assert.equal(parseClusterSize('007'), 7);
  assert.equal(parseClusterSize('1000'), 1000);
});

for (const text of ['0', '-1', '1001', '3 ', ' 3', '+3', '3.0', '0x3', '1e2', 'abc', '9'.repeat(20), '٣']) {
  test(`protocol 1.4, 6.18: parseClusterSize refuses "${text}", which crashes or stops etcd`, () => {
    assert.throws(() => parseClusterSize(text), invalidSize);
  });
}

test('assertTokenTtl takes a minute to a year', () => {
  for (const seconds of [60, 7 * DAY_SECONDS, 365 * DAY_SECONDS]) assertTokenTtl(seconds);
  for (const seconds of [59, 365 * DAY_SECONDS + 1, 60.5, Number.NaN, -60, Number.POSITIVE_INFINITY]) {
    assert.throws(() => assertTokenTtl(seconds), invalidTtl);
  }
});

test('Registry.create stores the size as etcd reads it, and the first index is 2', async () => {
  const { registry, clock } = openRegistry();
  const token = await registry.create({ size: 5, ttlSeconds: 60 });
  const { content, revision } = await registry.read(token);
  assert.equal(revision, 2, 'protocol 1.5, 6.10: 0 and 1 are no indexes');
  assert.equal(new TextDecoder().decode(content.sizeEntry.value), '5');
  assert.equal(content.sizeEntry.createRevision, 2);
  assert.deepEqual(content.record, { size: 5, createdAt: clock.now(), expiresAt: clock.now() + 60_000 });
});

test('Registry.create takes the next token where one is taken, also by an ended one', async () => {
  const { store, clock } = openRegistry();
  const tokens = ['a', 'a', 'a', 'b'].map((digit) => digit.repeat(32));
  const createToken = (): string => tokens.shift() ?? '';
  const registry = new Registry({
    store,
    clock,
    createToken,
    policy: { guard: true },
    registrants: new Registrants(),
  });
  assert.equal(await registry.create({ size: 3, ttlSeconds: 60 }), 'a'.repeat(32));
  clock.advance(60_000);
  assert.equal(await registry.create({ size: 3, ttlSeconds: 60 }), 'b'.repeat(32));
  assert.equal((await refusalOf(() => registry.read('a'.repeat(32)))).code, 'expired-token');
});
