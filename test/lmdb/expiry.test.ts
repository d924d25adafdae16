import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { poll } from '../support/poll.ts';
import { createTempDir } from '../support/temp-dir.ts';

/** A read waits for one batch at the most. */
const BATCH_MAX = 64;

test('tokens that are due all at once are removed in small batches, between which others are served', async () => {
  await using dir = await createTempDir();
  const clock = new FakeClock();
  const dueAt = clock.now() + 1000;
  const tokens = Array.from({ length: 10 * BATCH_MAX }, (_, place) => `t${place}`);
  {
    await using store = await openLmdbStore({ folder: dir.path, clock });
    const operations = ['_config/size', '_config/token'].map(
      (key) => ({ type: 'put', key, value: Buffer.from('3'), expiresAt: dueAt }) as const,
    );
    await Promise.all(tokens.map((token) => store.transact(token, () => ({ operations, outcome: 0 }))));
  }
  const batches: number[] = [];
  const later = new FakeClock(dueAt);
  await using store = await openLmdbStore({
    folder: dir.path,
    clock: later,
    observer: { batchFlushed: (commits) => batches.push(commits) },
  });
  await poll('all are removed', 20_000, async () => {
    later.advance(0);
    return (await store.stats()).keys === 0 || undefined;
  });
  assert(Math.max(...batches) <= BATCH_MAX, `batches of ${batches.join(', ')} commits`);
  assert.equal(
    batches.reduce((sum, commits) => sum + commits, 0),
    tokens.length,
  );
});
