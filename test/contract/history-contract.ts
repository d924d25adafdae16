import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { anchor, commit, type OpenStore, put, remove, text } from './open-store.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

export function contractOfHistory(name: string, open: OpenStore, skip: string | false): void {
  describe(`${name}: keys at an old revision`, { timeout: 300_000, skip }, () => {
    test('are those that a range answered then, whatever was written, removed and made anew since', async (t) => {
      const { store } = await open(t);
      const seen = new Map<number, unknown>();
      const note = async (): Promise<void> => {
        const { revision, entries } = await store.range(A);
        seen.set(revision, entries);
      };
      await note();
      for (const operations of [
        [anchor, put('members/1', 'a')],
        [put('members/2', 'b'), put('_state', 'x')],
        [put('members/1', 'c')],
        [remove('members/1'), put('_state', 'y')],
        [put('members/1', 'd')],
      ]) {
        await commit(store, A, ...operations);
        await note();
        await commit(store, B, put('k', String(store.revision)));
      }
      for (const [revision, entries] of seen) {
        const then = await store.rangeAt(A, revision);
        assert.deepEqual(then.entries, entries, `at ${revision}`);
        assert.equal(then.revision, store.revision);
      }
    });

    test('reach back over more commits than a watch holds for its reader', async (t) => {
      const { store } = await open(t);
      const first = await commit(store, A, anchor, put('_state', '0'));
      const all = Array.from({ length: LIMITS.watchQueueMaxCommits + 5 }, (_, n) =>
        commit(store, A, put('_state', String(n + 1))),
      );
      await Promise.all(all);
      const { entries } = await store.rangeAt(A, first.revision);
      assert.deepEqual(
        entries.map((entry) => text(entry.value)),
        ['3', '0'],
      );
    });
  });
}
