import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import type { Commit } from '../../src/store/store.ts';
import { anchor, commit, type OpenStore, put, remove, replay, take, words } from './open-store.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const never = new AbortController().signal;

export function contractOfWatches(name: string, open: OpenStore, skip: string | false): void {
  describe(`${name}: watches`, { timeout: 300_000, skip }, () => {
    test('a watch replays every commit from its revision on, also of overwritten and deleted keys', async (t) => {
      const { store, reopen } = await open(t);
      await commit(store, A, anchor);
      await commit(store, A, put('k', '1'), put('b', '1'), put('a', '1'));
      await commit(store, B, put('other', '1'));
      await commit(store, A, remove('b'), put('k', '2'));
      await commit(store, A, put('k', '3'));
      await commit(store, A, remove('k'));
      await commit(store, A, put('k', '4'));
      const all = [
        '2 +_config/size=3',
        '3 +k=1 +b=1 +a=1',
        '5 -b(1) +k=2(1)',
        '6 +k=3(2)',
        '7 -k(3)',
        '8 +k=4',
      ];
      assert.deepEqual(words(await take(store, A, 0, 6)), all);
      assert.deepEqual(words(await take(store, A, 5, 4)), all.slice(2));
      assert.deepEqual(words(await take(store, A, 4, 4)), all.slice(2));
      assert.deepEqual(words(await replay(store, A, 8)), all.slice(5));
      assert.deepEqual(await replay(store, A, 9), []);
      const [first] = await take(store, A, 3, 1);
      assert.deepEqual(
        first?.events.map((event) => event.type === 'put' && event.entry.version),
        [1, 1, 1],
      );
      if (reopen !== undefined) assert.deepEqual(words(await take(await reopen(), A, 0, 6)), all);
    });

    test('a watch gives each later commit to its token, with what was there before', async (t) => {
      const { store } = await open(t);
      await commit(store, A, put('k', '1'));
      const watch = store.watch(A, store.revision + 1, never);
      assert.equal((await store.stats()).watchers, 1);
      const first = watch.next();
      await commit(store, B, put('k', '1'));
      await commit(store, A);
      await commit(store, A, put('k', '2'));
      await commit(store, A, remove('k'), put('l', '1'));
      assert.deepEqual(words([(await first).value as Commit]), ['4 +k=2(1)']);
      assert.deepEqual(words([(await watch.next()).value as Commit]), ['5 -k(2) +l=1']);
      await watch.return?.();
      assert.equal((await store.stats()).watchers, 0);
      assert.equal((await watch.next()).done, true);
    });

    test('a watch from a later revision gives nothing older', async (t) => {
      const { store } = await open(t);
      const watch = store.watch(A, 4, never);
      for (let i = 0; i < 3; i++) await commit(store, A, put('k', `${i}`));
      assert.equal(((await watch.next()).value as Commit).revision, 4);
      await watch.return?.();
    });

    test('commits that race with the start of watches are neither lost nor given twice', async (t) => {
      const { store } = await open(t);
      await commit(store, A, anchor);
      const count = 200;
      const watches: Promise<Commit[]>[] = [];
      const writes: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) {
        writes.push(commit(store, A, put(`k${i % 7}`, `${i}`)));
        if (i % 10 !== 0) continue;
        watches.push(take(store, A, 3, count));
        await (i % 20 === 0 ? writes.at(-1) : new Promise(setImmediate));
      }
      await Promise.all(writes);
      const expected = Array.from({ length: count }, (_, i) => 3 + i);
      for (const commits of await Promise.all(watches)) {
        assert.deepEqual(
          commits.map(({ revision }) => revision),
          expected,
        );
      }
    });

    test('a watch that is aborted ends without an error and lets go of its signal', async (t) => {
      const { store } = await open(t);
      const abort = new AbortController();
      const watch = store.watch(A, 0, abort.signal);
      const parked = watch.next();
      abort.abort();
      assert.equal((await parked).done, true);
      assert.equal((await watch.next()).done, true);
      assert.equal((await store.stats()).watchers, 0);
      assert.equal((await store.watch(A, 0, abort.signal).next()).done, true);
      assert.equal((await store.stats()).watchers, 0);
    });

    test('a watch that is returned while its next commit is waited for ends both', async (t) => {
      const { store } = await open(t);
      const watch = store.watch(A, 0);
      const parked = watch.next();
      await watch.return?.();
      assert.equal((await parked).done, true);
      assert.equal((await watch.next()).done, true);
      assert.equal((await store.stats()).watchers, 0);
    });

    test('a watch that is aborted with commits in its queue gives none of them', async (t) => {
      const { store } = await open(t);
      const abort = new AbortController();
      const watch = store.watch(A, 0, abort.signal);
      await commit(store, A, put('k', '1'));
      abort.abort();
      assert.equal((await watch.next()).done, true);
    });

    test('a reader that falls behind its queue is told so, and the others go on', async (t) => {
      const { store } = await open(t);
      await commit(store, A, anchor);
      const slow = store.watch(A, 3, never);
      const full = store.watch(A, 3 + 1, never);
      const writes = Array.from({ length: LIMITS.watchQueueMaxCommits + 1 }, (_, i) =>
        commit(store, A, put('k', `${i}`)),
      );
      await Promise.all(writes);
      await assert.rejects(slow.next(), { code: 'watch-overrun' });
      assert.equal((await slow.next()).done, true);
      assert.equal(((await full.next()).value as Commit).revision, 4);
      assert.equal((await store.stats()).watchers, 1);
      await full.return?.();
    });

    test('a replay that is longer than the queue is whole, also while commits go on', async (t) => {
      const { store } = await open(t);
      await commit(store, A, anchor);
      const count = 2 * LIMITS.watchQueueMaxCommits + 10;
      const write = (i: number) => commit(store, A, put(`k${i % 3}`, `${i}`));
      await Promise.all(Array.from({ length: count }, (_, i) => write(i)));
      let expected = 3;
      for await (const { revision } of store.watch(A, 3, never)) {
        assert.equal(revision, expected++);
        if (revision % 512 === 0) await write(revision);
        if (revision === store.revision) break;
      }
      assert.ok(expected > count + 3);
    });

    test('history is gone with the size of the token, and begins anew with it', async (t) => {
      const { store, historyEnds } = await open(t);
      await commit(store, A, put('early', '1'), put('k', '0'));
      await commit(store, A, put('early', '2'));
      await commit(store, A, anchor);
      await commit(store, A, put('k', '1'));
      await commit(store, A, put('k', '2'), put('gone', '1'));
      await commit(store, A, remove('gone'));
      assert.deepEqual(words(await replay(store, A, 0)), [
        ...(historyEnds ? ['2 +k=0', '3 +early=2'] : ['2 +early=1 +k=0', '3 +early=2(1)']),
        '4 +_config/size=3',
        '5 +k=1(0)',
        '6 +k=2(1) +gone=1',
        '7 -gone(1)',
      ]);
      await commit(store, A, remove('_config/size'), put('l', '1'));
      assert.deepEqual(words(await replay(store, A, 0)), ['3 +early=2', '6 +k=2', '10 +l=1']);
      await commit(store, A, remove('l'));
      await commit(store, A, anchor, put('k', '3'));
      await commit(store, A, put('early', '3'));
      if (!historyEnds) return;
      assert.deepEqual(words(await replay(store, A, 0)), [
        '3 +early=2',
        '6 +k=2',
        '14 +_config/size=3 +k=3(2)',
        '15 +early=3(2)',
      ]);
    });

    test('a reader in the middle of history that goes away is told so', async (t) => {
      const { store, historyEnds } = await open(t);
      if (!historyEnds) return t.skip('the history of this store does not go away');
      await commit(store, A, anchor);
      await Promise.all(
        Array.from({ length: LIMITS.watchQueueMaxCommits + 1 }, (_, i) => commit(store, A, put('k', `${i}`))),
      );
      const watch = store.watch(A, 0, never);
      await commit(store, A, remove('_config/size'));
      await assert.rejects(watch.next(), { code: 'watch-overrun' });
    });

    test('close ends every watch with an error, after what it holds', async (t) => {
      const { store } = await open(t);
      const parked = store.watch(B, 0, never).next();
      const watch = store.watch(A, 0, never);
      const written = commit(store, A, put('k', '1'));
      const closed = assert.rejects(parked, { code: 'store-closed' });
      await store.close();
      await Promise.all([written, closed]);
      assert.deepEqual(words([(await watch.next()).value as Commit]), ['2 +k=1']);
      await assert.rejects(watch.next(), { code: 'store-closed' });
      assert.equal((await watch.next()).done, true);
      await assert.rejects(store.watch(A, 0, never).next(), { code: 'store-closed' });
    });

    test('ten thousand watches of one token are each served and each let go of', async (t) => {
      const { store } = await open(t);
      const abort = new AbortController();
      const watches = Array.from({ length: 10_000 }, () => store.watch(A, 0, abort.signal));
      const parked = watches.map((watch) => watch.next());
      await commit(store, A, put('k', '1'));
      for (const result of await Promise.all(parked)) assert.equal((result.value as Commit).revision, 2);
      const again = watches.map((watch) => watch.next());
      abort.abort();
      for (const result of await Promise.all(again)) assert.equal(result.done, true);
      assert.equal((await store.stats()).watchers, 0);
    });
  });
}
