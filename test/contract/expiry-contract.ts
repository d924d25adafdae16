import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HISTORY_ANCHOR_KEY } from '../../src/store/store.ts';
import {
  anchor,
  commit,
  entriesOf,
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

export function contractOfExpiry(name: string, open: OpenStore): void {
  describe(`${name}: expiry`, { timeout: 60_000 }, () => {
    test('keys are removed when their time is over, in one commit per token', async (t) => {
      const { store, clock } = await open(t);
      const at = clock.now() + 10_000;
      await commit(store, A, anchor, put('a', '1', at), put('b', '1', at + 1), put('c', '1'));
      await commit(store, B, put('a', '1', at));
      const expired = take(store, A, 4, 2);
      clock.advance(9_999);
      await settle(store, A);
      assert.equal(store.revision, 3);
      assert.equal((await entriesOf(store, A)).length, 4);
      clock.advance(1);
      await settle(store, B);
      assert.deepEqual(await entriesOf(store, B), []);
      clock.advance(1);
      assert.deepEqual(words(await expired), ['4 ~a(1)', '6 ~b(1)']);
      assert.deepEqual(
        (await entriesOf(store, A)).map(({ key }) => key),
        ['_config/size', 'c'],
      );
      assert.deepEqual(words(await replay(store, A, 4)), ['4 ~a(1)', '6 ~b(1)']);
      assert.equal((await store.stats()).keys, 2);
    });

    test('tokens that are not over are counted, also over a restart, and their ends are told', async (t) => {
      const opened = await open(t);
      const { clock, ended } = opened;
      let { store } = opened;
      const timed = put(HISTORY_ANCHOR_KEY, '3', clock.now() + 1_000);
      await commit(store, A, timed);
      await commit(store, A, put('a', '1'));
      await commit(store, B, anchor);
      assert.equal((await store.stats()).tokens, 2);
      if (opened.reopen) store = await opened.reopen();
      assert.equal((await store.stats()).tokens, 2);
      const expired = take(store, A, store.revision + 1, 1);
      clock.advance(1_000);
      await expired;
      await commit(store, B, remove(HISTORY_ANCHOR_KEY));
      assert.equal((await store.stats()).tokens, 0);
      assert.deepEqual(ended, [true, false]);
    });

    test('all keys of a token that are due go together', async (t) => {
      const { store, clock } = await open(t);
      const at = clock.now() + 1_000;
      await commit(store, A, put('b', '1', at), put('a', '1', at), put('c', '1', at + 5));
      const expired = take(store, A, 3, 2);
      clock.advance(1_002);
      await settle(store, A);
      clock.advance(10);
      assert.deepEqual(words(await expired), ['3 ~a(1) ~b(1)', '4 ~c(1)']);
    });

    test('a key whose time was changed or taken away by a later put follows that put', async (t) => {
      const { store, clock } = await open(t);
      const at = clock.now() + 1_000;
      await commit(store, A, put('later', '1', at), put('never', '1', at), put('sooner', '1', at));
      await commit(store, A, put('later', '2', at + 1_000), put('never', '2'), put('sooner', '2', at - 500));
      clock.advance(500);
      await settle(store, A);
      const keys = async () => (await entriesOf(store, A)).map(({ key }) => key);
      assert.deepEqual(await keys(), ['later', 'never']);
      clock.advance(1_000);
      await settle(store, A);
      assert.deepEqual(await keys(), ['later', 'never']);
      clock.advance(500);
      await settle(store, A);
      assert.deepEqual(await keys(), ['never']);
      clock.advance(1_000_000);
      await settle(store, A);
      assert.deepEqual(await keys(), ['never']);
    });

    test('a key that was written with a time in the past is removed soon', async (t) => {
      const { store, clock } = await open(t);
      const gone = take(store, A, 3, 1);
      await commit(store, A, put('k', '1', clock.now() - 1));
      clock.advance(0);
      assert.deepEqual(words(await gone), ['3 ~k(1)']);
    });

    test('history is gone when the size of the token expires', async (t) => {
      const { store, clock } = await open(t);
      const at = clock.now() + 1_000;
      await commit(store, A, put('_config/size', '3', at), put('k', '1'));
      await commit(store, A, put('k', '2'));
      clock.advance(1_000);
      await settle(store, A);
      assert.deepEqual(words(await replay(store, A, 0)), ['3 +k=2']);
    });

    test('a restart changes no expiry, and what became due meanwhile is removed', async (t) => {
      const { store, clock, reopen } = await open(t);
      if (reopen === undefined) return t.skip('nothing of this store outlives it');
      const at = clock.now() + 1_000;
      await commit(store, A, put('early', '1', at), put('late', '1', at + 1_000));
      await store.close();
      assert.equal(clock.timers, 0, 'a closed store left a timer behind');
      clock.advance(1_500);
      const again = await reopen();
      const gone = take(again, A, 3, 2);
      clock.advance(0);
      await settle(again, A);
      clock.advance(500);
      assert.deepEqual(words(await gone), ['3 ~early(1)', '4 ~late(1)']);
    });

    test('many tokens that are due at once are all removed', async (t) => {
      const { store, clock } = await open(t);
      const at = clock.now() + 1_000;
      const tokens = Array.from({ length: 3_000 }, (_, i) => i.toString(16).padStart(32, '0'));
      await Promise.all(tokens.map((token) => commit(store, token, put('k', '', at))));
      const gone = take(store, tokens.at(-1) ?? A, 3_002, 1);
      clock.advance(1_000);
      for (let rounds = 0; (await store.stats()).keys > 0 && rounds < 100; rounds++) {
        await settle(store, A);
        clock.advance(1);
      }
      await gone;
      assert.equal((await store.stats()).keys, 0);
      assert.equal(store.revision, 6_001);
    });
  });
}
