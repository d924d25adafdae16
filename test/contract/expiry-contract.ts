import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HISTORY_ANCHOR_KEY } from '../../src/store/store.ts';
import {
  anchor,
  commit,
  entriesOf,
  eventually,
  type OpenStore,
  put,
  remove,
  replay,
  settle,
  take,
  words,
} from './open-store.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

const withoutRevision = (word: string): string => word.slice(word.indexOf(' ') + 1);

export function contractOfExpiry(name: string, open: OpenStore, skip: string | false): void {
  describe(`${name}: expiry`, { timeout: 300_000, skip }, () => {
    test('keys are removed when their time is over, in one commit per token', async (t) => {
      const { store, clock, stepMs: step } = await open(t);
      const at = clock.now() + 10_000 * step;
      await commit(store, A, anchor, put('a', '1', at), put('b', '1', at + step), put('c', '1'));
      await commit(store, B, put('a', '1', at));
      const expired = take(store, A, 4, 2);
      clock.advance(10_000 * step - 1);
      await settle(store, A);
      assert.equal(store.revision, 3);
      assert.equal((await entriesOf(store, A)).length, 4);
      clock.advance(1);
      await eventually(() => entriesOf(store, B), []);
      clock.advance(step);
      const shown = words(await expired);
      assert.deepEqual(shown.map(withoutRevision), ['~a(1)', '~b(1)']);
      assert.deepEqual(
        (await entriesOf(store, A)).map(({ key }) => key),
        ['_config/size', 'c'],
      );
      assert.deepEqual(words(await replay(store, A, 4)), shown);
      assert.equal((await store.stats()).keys, 2);
    });

    test('tokens that are not over are counted, also over a restart, and their ends are told', async (t) => {
      const opened = await open(t);
      const { clock, ended } = opened;
      let { store } = opened;
      const timed = put(HISTORY_ANCHOR_KEY, '3', clock.now() + 1_000 * opened.stepMs);
      await commit(store, A, timed);
      await commit(store, A, put('a', '1'));
      await commit(store, B, anchor);
      assert.equal((await store.stats()).tokens, 2);
      if (opened.reopen) store = await opened.reopen();
      assert.equal((await store.stats()).tokens, 2);
      const expired = take(store, A, store.revision + 1, 1);
      clock.advance(1_000 * opened.stepMs);
      await expired;
      await commit(store, B, remove(HISTORY_ANCHOR_KEY));
      assert.equal((await store.stats()).tokens, 0);
      assert.deepEqual(ended, [true, false]);
    });

    test('all keys of a token that are due go together', async (t) => {
      const { store, clock, stepMs: step } = await open(t);
      const at = clock.now() + 1_000 * step;
      await commit(store, A, put('b', '1', at), put('a', '1', at), put('c', '1', at + 5 * step));
      const expired = take(store, A, 3, 2);
      clock.advance(1_002 * step);
      await eventually(async () => (await entriesOf(store, A)).length, 1);
      clock.advance(10 * step);
      assert.deepEqual(words(await expired), ['3 ~a(1) ~b(1)', '4 ~c(1)']);
    });

    test('a key whose time was changed or taken away by a later put follows that put', async (t) => {
      const { store, clock, stepMs: step } = await open(t);
      const at = clock.now() + 1_000 * step;
      await commit(store, A, put('later', '1', at), put('never', '1', at), put('sooner', '1', at));
      const [later, sooner] = [at + 1_000 * step, at - 500 * step];
      await commit(store, A, put('later', '2', later), put('never', '2'), put('sooner', '2', sooner));
      clock.advance(500 * step);
      const keys = async () => (await entriesOf(store, A)).map(({ key }) => key);
      await eventually(keys, ['later', 'never']);
      clock.advance(1_000 * step);
      await settle(store, A);
      assert.deepEqual(await keys(), ['later', 'never']);
      clock.advance(500 * step);
      await eventually(keys, ['never']);
      clock.advance(1_000_000 * step);
      await settle(store, A);
      assert.deepEqual(await keys(), ['never']);
    });

    test('a key that was written with a time in the past is removed soon', async (t) => {
      const { store, clock, stepMs } = await open(t);
      const gone = take(store, A, 3, 1);
      await commit(store, A, put('k', '1', clock.now() - stepMs));
      clock.advance(0);
      assert.deepEqual(words(await gone), ['3 ~k(1)']);
    });

    test('history is gone when the size of the token expires', async (t) => {
      const { store, clock, stepMs: step } = await open(t);
      const at = clock.now() + 1_000 * step;
      await commit(store, A, put('_config/size', '3', at), put('k', '1'));
      await commit(store, A, put('k', '2'));
      clock.advance(1_000 * step);
      await eventually(async () => (await entriesOf(store, A)).length, 1);
      assert.deepEqual(words(await replay(store, A, 0)), ['3 +k=2']);
    });

    test('a restart changes no expiry, and what became due meanwhile is removed', async (t) => {
      const { store, clock, reopen, stepMs: step } = await open(t);
      if (reopen === undefined) return t.skip('nothing of this store outlives it');
      const at = clock.now() + 1_000 * step;
      await commit(store, A, put('early', '1', at), put('late', '1', at + 1_000 * step));
      await store.close();
      assert.equal(clock.timers, 0, 'a closed store left a timer behind');
      clock.advance(1_500 * step);
      const again = await reopen();
      const gone = take(again, A, 3, 2);
      clock.advance(0);
      await eventually(async () => (await entriesOf(again, A)).length, 1);
      clock.advance(500 * step);
      assert.deepEqual(words(await gone), ['3 ~early(1)', '4 ~late(1)']);
    });

    test('many tokens that are due at once are all removed', async (t) => {
      const { store, clock, stepMs: step, sharesRevisions } = await open(t);
      const at = clock.now() + 1_000 * step;
      const tokens = Array.from({ length: 3_000 }, (_, i) => i.toString(16).padStart(32, '0'));
      await Promise.all(tokens.map((token) => commit(store, token, put('k', '', at))));
      assert.equal((await store.stats()).keys, 3_000);
      const gone = take(store, tokens.at(-1) ?? A, store.revision + 1, 1);
      clock.advance(1_000 * step);
      await eventually(async () => {
        clock.advance(step);
        return (await store.stats()).keys;
      }, 0);
      await gone;
      if (!sharesRevisions) assert.equal(store.revision, 6_001);
    });
  });
}
