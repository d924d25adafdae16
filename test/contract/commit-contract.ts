import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isMusterError } from '../../src/errors.ts';
import { LIMITS } from '../../src/limits.ts';
import { anchor, bytes, commit, entriesOf, type OpenStore, put, remove, text } from './open-store.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);

export function contractOfCommits(name: string, open: OpenStore, skip: string | false): void {
  describe(`${name}: commits`, { timeout: 300_000, skip }, () => {
    test('a new store has a cluster id, revision 1 and no keys', async (t) => {
      const { store } = await open(t);
      assert.match(store.clusterId, /^[0-9a-f]{16}$/);
      assert.equal(store.revision, 1);
      assert.deepEqual(await store.range(A), { revision: 1, entries: [] });
      const stats = await store.stats();
      assert.equal(stats.keys, 0);
      assert.equal(stats.watchers, 0);
      assert.equal(stats.revision, 1);
    });

    test('a store that can be written says so, and changes nothing for that', async (t) => {
      const { store } = await open(t);
      await store.assertWritable();
      assert.equal(store.revision, 1);
      await store.close();
      await assert.rejects(store.assertWritable(), { code: 'store-closed' });
    });

    test('a commit is answered with its revision and seen by every later range', async (t) => {
      const { store } = await open(t);
      const { revision, outcome } = await store.transact(A, (range) => {
        assert.deepEqual(range, { revision: 1, entries: [] });
        return { operations: [put('b', '1', 5_000_000_400_000), put('a', '2')], outcome: 'yes' };
      });
      assert.equal(outcome, 'yes');
      assert.equal(revision, 2);
      assert.equal(store.revision, 2);
      assert.deepEqual(await store.range(A), {
        revision: 2,
        entries: [
          { key: 'a', value: bytes('2'), createRevision: 2, modRevision: 2, version: 1 },
          {
            key: 'b',
            value: bytes('1'),
            createRevision: 2,
            modRevision: 2,
            version: 1,
            expiresAt: 5_000_000_400_000,
          },
        ],
      });
      assert.equal((await store.stats()).keys, 2);
    });

    test('the keys of one token are apart from those of another', async (t) => {
      const { store } = await open(t);
      await commit(store, A, put('k', 'a'));
      await commit(store, `${A}0`, put('k', 'a0'));
      await commit(store, `${A}-`, put('k', 'a-'));
      await commit(store, B, put('k', 'b'));
      for (const [token, value] of [
        [A, 'a'],
        [`${A}0`, 'a0'],
        [`${A}-`, 'a-'],
        [B, 'b'],
      ] as const) {
        assert.deepEqual(
          (await entriesOf(store, token)).map((entry) => text(entry.value)),
          [value],
        );
      }
      await assert.rejects(commit(store, `${A}/x`, put('k', '')), { code: 'unknown-token' });
      assert.deepEqual(await entriesOf(store, `${A}/x`), []);
    });

    test('revisions grow by one with each commit that changes something, and with no other', async (t) => {
      const { store, sharesRevisions } = await open(t);
      assert.equal((await commit(store, A)).revision, 1);
      assert.equal((await commit(store, A, remove('absent'))).revision, 1);
      assert.equal((await commit(store, A, put('k', '1'))).revision, 2);
      assert.equal((await commit(store, A, put('k', '1'))).revision, 3);
      assert.equal((await commit(store, A)).revision, 3);
      assert.equal((await commit(store, B, put('k', '1'), put('l', '1'))).revision, 4);
      assert.equal((await commit(store, A, remove('k'), remove('absent'))).revision, 5);
      const revisions = await Promise.all(
        Array.from({ length: 50 }, (_, i) => commit(store, i % 2 === 0 ? A : B, put(`k${i}`, ''))),
      );
      const seen = revisions.map(({ revision }) => revision);
      for (const own of [seen.filter((_, i) => i % 2 === 0), seen.filter((_, i) => i % 2 === 1)]) {
        assert.deepEqual(
          own,
          [...new Set(own)].sort((a, b) => a - b),
        );
      }
      const all = [...new Set(seen)].sort((a, b) => a - b);
      assert.deepEqual(
        all,
        Array.from({ length: all.length }, (_, i) => 6 + i),
      );
      if (!sharesRevisions) assert.deepEqual(seen, all);
      assert.equal(store.revision, all.at(-1));
    });

    test('create, mod revision and version follow etcd, also when a key is deleted and made again', async (t) => {
      const { store } = await open(t);
      const seen = async () =>
        (await entriesOf(store, A)).map((e) => [e.createRevision, e.modRevision, e.version]);
      await commit(store, A, put('k', '1'));
      await commit(store, A, put('k', '2'));
      await commit(store, A, put('k', '2'));
      assert.deepEqual(await seen(), [[2, 4, 3]]);
      await commit(store, A, remove('k'));
      assert.deepEqual(await seen(), []);
      await commit(store, A, put('k', '3'));
      assert.deepEqual(await seen(), [[6, 6, 1]]);
    });

    test('a condition has exactly one winner among many that ask at once', async (t) => {
      const { store } = await open(t);
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) =>
          store.transact(A, ({ entries }) =>
            entries.length > 0
              ? { operations: [], outcome: text(entries[0]?.value ?? bytes('')) }
              : { operations: [put('leader', `${i}`)], outcome: `${i}` },
          ),
        ),
      );
      assert.equal(new Set(answers.map(({ outcome }) => outcome)).size, 1);
      assert.deepEqual(new Set(answers.map(({ revision }) => revision)), new Set([2]));
      assert.equal(store.revision, 2);
    });

    test('each of many counters that count at once loses nothing', async (t) => {
      const { store } = await open(t);
      await Promise.all(
        Array.from({ length: 300 }, (_, i) =>
          store.transact(i % 3 === 0 ? A : B, ({ entries }) => ({
            operations: [put('n', `${Number(text(entries[0]?.value ?? bytes('0'))) + 1}`)],
            outcome: undefined,
          })),
        ),
      );
      assert.equal(text((await entriesOf(store, A))[0]?.value ?? bytes('')), '100');
      assert.equal(text((await entriesOf(store, B))[0]?.value ?? bytes('')), '200');
    });

    test('what is answered is visible, and what a decision without changes saw is too', async (t) => {
      const { store } = await open(t);
      const answers = Array.from({ length: 40 }, (_, i) =>
        store
          .transact(A, ({ revision, entries }) => ({
            operations: i % 4 === 0 ? [put(`k${i}`, '')] : [],
            outcome: { revision, count: entries.length },
          }))
          .then(async (answer) => {
            const { revision, entries } = await store.range(A);
            assert.ok(revision >= answer.revision, 'the revision that was answered is not visible');
            assert.ok(revision >= answer.outcome.revision, 'the decision saw what is not visible');
            assert.ok(entries.length >= answer.outcome.count, 'the decision saw keys that are not visible');
          }),
      );
      await Promise.all(answers);
    });

    test('what decide throws is passed on and changes nothing', async (t) => {
      const { store } = await open(t);
      const first = commit(store, A, put('k', '1'));
      const second = store.transact(A, () => {
        throw new RangeError('no');
      });
      await assert.rejects(second, { name: 'RangeError', message: 'no' });
      assert.equal(store.revision, 2, 'the answer came before what it was decided on was visible');
      await first;
      assert.equal((await commit(store, A, put('k', '2'))).revision, 3);
    });

    test('entries are in the byte order of their keys', async (t) => {
      const { store } = await open(t);
      const keys = ['b', 'a', 'a/b', 'a-b', 'a0', 'é', '\u{10000}', '\uffff', 'Z', '_config/size', ''];
      for (const key of keys) await commit(store, A, put(key, key));
      const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(
        (await entriesOf(store, A)).map(({ key }) => key),
        sorted,
      );
    });

    test('a range cannot be changed by its reader, by the writer of its bytes, or by later commits', async (t) => {
      const { store } = await open(t);
      const value = Buffer.from('first');
      const written = store.transact(A, () => ({
        operations: [{ type: 'put', key: 'k', value }],
        outcome: undefined,
      }));
      value.fill(0);
      await written;
      const { entries } = await store.range(A);
      const [entry] = entries;
      assert.ok(Object.isFrozen(entries));
      assert.ok(Object.isFrozen(entry));
      await commit(store, A, put('k', 'second'), put('l', ''));
      assert.equal(entries.length, 1);
      assert.equal(entry?.modRevision, 2);
      assert.ok([bytes('first').join(), new Uint8Array(5).join()].includes(entry?.value.join() ?? ''));
    });

    test('a range is the same array while its token is unchanged', async (t) => {
      const { store } = await open(t);
      await commit(store, A, put('k', '1'));
      const { entries } = await store.range(A);
      await commit(store, B, put('k', '1'));
      await commit(store, A);
      await commit(store, A, remove('absent'));
      assert.equal((await store.range(A)).entries, entries);
      assert.equal((await store.range(A)).revision, 3);
      await commit(store, A, put('k', '1'));
      assert.notEqual((await store.range(A)).entries, entries);
    });

    test('values keep their bytes, and none and many of them', async (t) => {
      const { store } = await open(t);
      const every = Uint8Array.from({ length: 256 }, (_, i) => i);
      const large = new Uint8Array(300_000).fill(7);
      await store.transact(A, () => ({
        operations: [
          { type: 'put', key: 'every', value: every },
          { type: 'put', key: 'large', value: large },
          { type: 'put', key: 'none', value: new Uint8Array() },
        ],
        outcome: undefined,
      }));
      assert.deepEqual(
        (await entriesOf(store, A)).map(({ value }) => value),
        [every, large, new Uint8Array()],
      );
    });

    test('a key may be as long as the limit and no longer', async (t) => {
      const { store } = await open(t);
      const longest = 'k'.repeat(LIMITS.storeKeyMaxBytes - A.length - 1);
      await commit(store, A, anchor, put(longest, '1', 5_000_000_400_000));
      await commit(store, A, put(longest, '2', 5_000_004_000_000));
      assert.equal((await entriesOf(store, A)).at(-1)?.key, longest);
      await assert.rejects(commit(store, A, put(`${longest}k`, '')), { code: 'limit-exceeded' });
      await assert.rejects(commit(store, A, put(`${longest.slice(1)}é`, '')), { code: 'limit-exceeded' });
      await commit(store, A, remove(longest));
    });

    test('operations that no store could carry out are refused, whole', async (t) => {
      const { store } = await open(t);
      await assert.rejects(commit(store, A, put('k', '1'), remove('k')), TypeError);
      await assert.rejects(commit(store, A, put('\ud800', '1')), TypeError);
      await assert.rejects(commit(store, A, put('k', '1', 0.5)), TypeError);
      assert.equal(store.revision, 1);
      assert.deepEqual(await entriesOf(store, A), []);
    });

    test('close makes what was accepted durable, refuses the rest, and may be called twice', async (t) => {
      const { store, reopen } = await open(t);
      const accepted = Array.from({ length: 20 }, (_, i) => commit(store, A, put(`k${i}`, '')));
      const closing = store.close();
      await assert.rejects(commit(store, A, put('late', '')), { code: 'store-closed' });
      await Promise.all([closing, store.close()]);
      await Promise.all(accepted);
      assert.throws(
        () => store.range(A),
        (error) => isMusterError(error, 'store-closed'),
      );
      await assert.rejects(
        async () => store.stats(),
        (error) => isMusterError(error, 'store-closed'),
      );
      if (reopen === undefined) return;
      const again = await reopen();
      assert.equal((await entriesOf(again, A)).length, 20);
      assert.equal(again.revision, 21);
      assert.equal(again.clusterId, store.clusterId);
    });
  });
}
