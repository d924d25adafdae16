import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_SECONDS, openRegistry, refusalOf, registerMany } from '../../test/support/registry.ts';
import { LIMITS } from '../limits.ts';
import { applyOperations } from '../store/apply-operations.ts';
import { decideExtension, type ExtensionStep } from './extend.ts';
import { RECORD_KEY, SIZE_KEY } from './keys.ts';

const ADMIN = { isAdmin: true, secret: undefined };

test('wherever an extension stops, no member ends before its token', async () => {
  const { registry, store, clock } = openRegistry();
  const token = await registry.create({ size: 100, ttlSeconds: DAY_SECONDS });
  await registerMany(registry, token, 100);
  let range = await store.range(token);
  const now = clock.now();
  const ttlSeconds = 3 * DAY_SECONDS;
  const step: ExtensionStep = {
    claim: ADMIN,
    ttlSeconds,
    expiresAt: now + ttlSeconds * 1000,
    hasBegun: false,
  };
  const endOf = (key: string): number =>
    range.entries.find((entry) => entry.key === key)?.expiresAt ?? Number.NaN;
  let commits = 0;
  for (let isDone = false; !isDone; commits += 1) {
    const { operations, outcome } = decideExtension(range, { ...step, hasBegun: commits > 0 }, now);
    isDone = outcome.isDone;
    assert(operations.length <= LIMITS.extendedKeysPerCommit + 2);
    assert(operations.some(({ key }) => key === RECORD_KEY));
    const revision = range.revision + 1;
    range = { revision, entries: applyOperations(range.entries, operations, revision, false).entries };
    const first = Math.min(...range.entries.map(({ expiresAt = 0 }) => expiresAt));
    assert.equal(first, endOf(SIZE_KEY));
  }
  assert.equal(commits, 200 / LIMITS.extendedKeysPerCommit);
  assert.equal(endOf(SIZE_KEY), step.expiresAt);
});

test('of two extensions at once the later end stays, and neither fails on the way', async () => {
  const { registry, store, clock } = openRegistry();
  const token = await registry.create({ size: 100, ttlSeconds: DAY_SECONDS });
  await registerMany(registry, token, 100);
  const days = [5, 9, 7].map((n) => n * DAY_SECONDS);
  await Promise.all(days.map((ttlSeconds) => registry.extend(token, { claim: ADMIN, ttlSeconds })));
  const { entries } = await store.range(token);
  const last = clock.now() + 9 * DAY_SECONDS * 1000;
  assert.equal(Math.min(...entries.map(({ expiresAt = 0 }) => expiresAt)), last);
  const sooner = await refusalOf(() => registry.extend(token, { claim: ADMIN, ttlSeconds: DAY_SECONDS }));
  assert.equal(sooner.code, 'invalid-ttl');
});
