import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openRegistry, refusalOf, registerMany, registrationOf } from '../../test/support/registry.ts';
import { LIMITS } from '../limits.ts';
import { readLiveContent } from './lifecycle.ts';
import { lifecycleOf } from './registry-state.ts';

const UNKNOWN = 'f'.repeat(32);

describe('the life of a token', () => {
  test('a token that was never issued can be neither read, written, watched, marked nor revoked', async () => {
    const { registry } = openRegistry();
    const calls = [
      () => registry.read(UNKNOWN),
      () => registry.register(registrationOf(UNKNOWN, 1), undefined),
      () => registry.elect({ token: UNKNOWN, text: 'x', condition: {}, dialect: 'v2', from: '' }),
      () => registry.remove({ token: UNKNOWN, memberId: 'x', condition: {}, isAdmin: true }),
      () => registry.revoke(UNKNOWN, { isAdmin: true, secret: undefined }),
    ];
    for (const call of calls) assert.equal((await refusalOf(call)).code, 'unknown-token');
    await registry.markTold(UNKNOWN, 'x', '10.0.0.1', undefined);
    assert.equal(registry.revision, 1);
  });

  test('it is open until the slots are taken, then complete', async () => {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const lives: string[] = [];
    const completed: boolean[] = [];
    for (let n = 0; n <= 3; n++) {
      if (n > 0) {
        completed.push((await registry.register(registrationOf(token, n), undefined)).completed);
      }
      lives.push(lifecycleOf((await registry.read(token)).content, clock.now()));
    }
    assert.deepEqual(lives, ['open', 'open', 'complete', 'complete']);
    assert.deepEqual(completed, [false, true, false]);
  });

  test('it ends on the millisecond, is known as expired for 90 days, and is unknown after that', async () => {
    const { registry, clock, store } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    await registerMany(registry, token, 2);
    clock.advance(59_999);
    await registry.read(token);
    clock.advance(1);
    const expired = await refusalOf(() => registry.read(token));
    assert.equal(expired.code, 'expired-token');
    assert.equal(expired.message, 'this token expired on 2026-01-01T00:01:00Z');
    assert.match(expired.remedy ?? '', /\/new\?size=N/);
    assert.equal((await store.range(token)).entries.length, 1, 'the tombstone alone is left');
    clock.advance(LIMITS.tombstoneSeconds * 1000 - 1);
    assert.equal((await refusalOf(() => registry.read(token))).code, 'expired-token');
    clock.advance(1);
    assert.equal((await refusalOf(() => registry.read(token))).code, 'unknown-token');
    assert.equal((await store.stats()).keys, 0);
  });

  test('the end is told by the clock, also where the store has not removed the keys yet', async () => {
    const { registry, store, clock } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const { entries } = await store.range(token);
    const error = await refusalOf(() => readLiveContent({ revision: 2, entries }, clock.now() + 60_000));
    assert.equal(error.code, 'expired-token');
  });

  test('where the store removed the size, its clock being ahead, the token has expired by now', async () => {
    const { registry, store, clock } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    clock.advance(58_000);
    await store.transact(token, () => ({
      operations: [{ type: 'delete', key: '_config/size' }],
      outcome: undefined,
    }));
    const error = await refusalOf(() => registry.read(token));
    assert.equal(error.code, 'expired-token');
    assert.equal(error.message, 'this token expired on 2026-01-01T00:00:58Z');
  });

  test('a revoked token says when it was revoked, before and after its end', async () => {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    await registerMany(registry, token, 1);
    clock.advance(5_000);
    await registry.revoke(token, { isAdmin: true, secret: undefined });
    for (const wait of [0, 100_000]) {
      clock.advance(wait);
      const error = await refusalOf(() => registry.register(registrationOf(token, 2), undefined));
      assert.equal(error.code, 'revoked-token');
      assert.equal(error.message, 'this token was revoked on 2026-01-01T00:00:05Z');
    }
    assert.equal(
      (await refusalOf(() => registry.revoke(token, { isAdmin: true, secret: undefined }))).code,
      'revoked-token',
    );
    clock.advance(LIMITS.tombstoneSeconds * 1000);
    assert.equal((await refusalOf(() => registry.read(token))).code, 'unknown-token');
  });
});
