import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isMusterError } from '../../src/errors.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import type { Commit, Store } from '../../src/store/store.ts';
import { anchor, commit, entriesOf, put, remove, words } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { fillDisk, freeDisk, smallDisk } from '../support/small-disk.ts';
import { nextLine, startStoreProcess } from './child.ts';

const TOKEN = 'a'.repeat(32);
/** Commits until one is refused; answers how many were not. */
async function writeUntilRefused(store: Store): Promise<{ written: number; error: unknown }> {
  for (let written = 0; ; written++) {
    try {
      await commit(store, TOKEN, put(`k${written}`, 'x'.repeat(2000)));
    } catch (error) {
      return { written, error };
    }
  }
}

describe('a full disk', { timeout: 120_000 }, () => {
  test('writes are refused with a clear message, reads go on, and it recovers by itself', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const failures: unknown[] = [];
    const clock = new FakeClock();
    const folder = join(disk, 'data');
    const store = await openLmdbStore({ folder, clock, observer: { batchFailed: (e) => failures.push(e) } });
    t.after(() => store.close());
    await commit(store, TOKEN, anchor);
    fillDisk(disk);
    const { written, error } = await writeUntilRefused(store);
    assert.ok(isMusterError(error, 'store-unavailable'), String(error));
    assert.equal(error.message, 'the disk of the store is full');
    assert.ok(error.remedy);
    assert.equal(failures.length, 1);

    const { revision } = store;
    assert.equal(revision, 2 + written, 'a refused write took a revision');
    const watch = store.watch(TOKEN, revision + 1, new AbortController().signal);
    const refused = Array.from({ length: 30 }, (_, i) =>
      commit(store, TOKEN, put(`n${i}`, 'x'.repeat(2000))).then(
        () => 'written',
        (error) => isMusterError(error, 'store-unavailable') && error.message,
      ),
    );
    // Decided on writes that then fail: they are decided again, on what is there.
    const counts = Array.from({ length: 5 }, () =>
      store.transact(TOKEN, ({ entries }) => ({ operations: [], outcome: entries.length })),
    );
    let visible = 0;
    const polled = setInterval(async () => {
      visible = Math.max(visible, (await entriesOf(store, TOKEN)).length);
    }, 0);
    assert.deepEqual(new Set(await Promise.all(refused)), new Set(['the disk of the store is full']));
    for (const { outcome, revision: seen } of await Promise.all(counts)) {
      assert.equal(outcome, written + 1);
      assert.equal(seen, revision);
    }
    clearInterval(polled);
    assert.ok(visible <= written + 1, 'a reader saw what was never durable');
    assert.equal((await entriesOf(store, TOKEN)).length, written + 1);
    assert.equal(store.revision, revision);

    const told = await store.assertWritable().catch((error: unknown) => error);
    assert.ok(isMusterError(told, 'store-unavailable'), String(told));
    assert.equal(told.message, 'the disk of the store is full');

    freeDisk(disk);
    await Promise.all([store.assertWritable(), store.assertWritable()]);
    assert.equal(store.revision, revision, 'asking whether writes succeed is no write');
    assert.equal((await commit(store, TOKEN, put('again', ''))).revision, revision + 1);
    assert.equal((await watch.next()).value?.revision, revision + 1);
    await watch.return?.();
  });

  test('a write is tried again after a while, since what was deleted left room in the file', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const clock = new FakeClock();
    const store = await openLmdbStore({ folder: join(disk, 'data'), clock });
    t.after(() => store.close());
    await Promise.all(
      Array.from({ length: 300 }, (_, i) => commit(store, TOKEN, put(`old${i}`, 'x'.repeat(2000)))),
    );
    await Promise.all(Array.from({ length: 300 }, (_, i) => commit(store, TOKEN, remove(`old${i}`))));
    // LMDB uses pages again two transactions after they were freed.
    for (let i = 0; i < 3; i++) await commit(store, TOKEN, put('small', `${i}`));
    fillDisk(disk);
    await assert.rejects(commit(store, TOKEN, put('large', 'x'.repeat(1_500_000))), {
      code: 'store-unavailable',
    });
    await assert.rejects(commit(store, TOKEN, put('small', 'early')), { code: 'store-unavailable' });
    clock.advance(10_000);
    await commit(store, TOKEN, put('small', 'late'));
  });

  test('expiry waits for room and goes on then', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const clock = new FakeClock();
    const store = await openLmdbStore({ folder: join(disk, 'data'), clock });
    t.after(() => store.close());
    await commit(store, TOKEN, put('short', '', clock.now() + 1_000));
    fillDisk(disk);
    await writeUntilRefused(store);
    clock.advance(1_000);
    await commit(store, TOKEN);
    assert.ok((await entriesOf(store, TOKEN)).some(({ key }) => key === 'short'));
    freeDisk(disk);
    const watch = store.watch(TOKEN, store.revision + 1, new AbortController().signal);
    const gone = watch.next();
    await new Promise(setImmediate);
    clock.advance(5_000);
    assert.match(words([(await gone).value as Commit])[0] ?? '', /~short/);
    await watch.return?.();
  });

  test('the store opens on a full disk, and what it holds can be read', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const clock = new FakeClock();
    const folder = join(disk, 'data');
    const store = await openLmdbStore({ folder, clock });
    await commit(store, TOKEN, put('k', ''));
    fillDisk(disk);
    await writeUntilRefused(store);
    const { revision } = store;
    await store.close();
    const again = await openLmdbStore({ folder, clock });
    t.after(() => again.close());
    assert.equal(again.revision, revision);
    assert.ok((await entriesOf(again, TOKEN)).length > 0);
    await assert.rejects(commit(again, TOKEN, put('large', 'x'.repeat(200_000))), {
      message: 'the disk of the store is full',
    });
    freeDisk(disk);
    await commit(again, TOKEN, put('k', '2'));
  });

  test('a disk that is full from the start is one clear line, and no SIGBUS', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const copy = join(disk, 'copy');
    const made = await openLmdbStore({ folder: copy, clock: new FakeClock() });
    await made.close();
    rmSync(join(copy, 'data.mdb-lock'));
    mkdirSync(join(disk, 'new'));
    fillDisk(disk);
    // In other processes, since LMDB would end this one.
    for (const name of ['new', 'copy']) {
      const other = startStoreProcess(t, 'hold', join(disk, name));
      const folder = join(disk, name);
      assert.equal(
        await nextLine(other),
        `failed data-folder MusterError: the disk of the data folder ${folder} is full`,
      );
      assert.equal(await other.finish(), 1);
    }
    freeDisk(disk);
    for (const name of ['new', 'copy']) {
      const store = await openLmdbStore({ folder: join(disk, name), clock: new FakeClock() });
      await store.close();
    }
  });
});
