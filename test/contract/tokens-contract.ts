import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store, TokenEntries } from '../../src/store/store.ts';
import { anchor, commit, entriesOf, eventually, type OpenStore, put, remove } from './open-store.ts';

const A = 'a'.repeat(32);

async function allOf(store: Store): Promise<TokenEntries[]> {
  const all: TokenEntries[] = [];
  for await (const each of store.tokens()) all.push(each);
  return all;
}

const namesOf = (all: readonly TokenEntries[]): string[] => all.map(({ token }) => token);

/** As many tokens as several pages of any store hold, in order. */
const MANY = Array.from({ length: 1100 }, (_, i) => `${i}`.padStart(32, '0'));

export function contractOfTokens(name: string, open: OpenStore, skip: string | false): void {
  describe(`${name}: all tokens`, { timeout: 300_000, skip }, () => {
    test('a new store has none', async (t) => {
      const { store } = await open(t);
      assert.deepEqual(await allOf(store), []);
    });

    test('each comes once with all its keys, in the byte order of <token>/', async (t) => {
      const { store } = await open(t);
      const tokens = [`${A}0`, A, 'b', `${A}-`, '\u{10000}', '\uffff', 'Z'];
      for (const token of tokens) await commit(store, token, anchor, put('members/1', token));
      await commit(store, A, put('members/1', 'again', 5_000_000_400_000), put('a', ''));
      const all = await allOf(store);
      const sorted = tokens.toSorted((a, b) => Buffer.compare(Buffer.from(`${a}/`), Buffer.from(`${b}/`)));
      assert.deepEqual(namesOf(all), sorted);
      for (const { token, entries } of all) assert.deepEqual(entries, await entriesOf(store, token));
    });

    test('one that has no keys any more does not come, also where it expired', async (t) => {
      const { store, clock, stepMs } = await open(t);
      await commit(store, 'a', put('k', ''));
      await commit(store, 'b', put('k', '', clock.now() + stepMs));
      await commit(store, 'c', put('k', ''));
      await commit(store, 'a', remove('k'));
      clock.advance(stepMs);
      await commit(store, 'c', put('k', '2'));
      await eventually(async () => namesOf(await allOf(store)), ['c']);
    });

    test('many come over a restart and beside what was written since', async (t) => {
      const opened = await open(t);
      let { store } = opened;
      const early = [...MANY, A, `${A}0`, `${A}-`];
      await Promise.all(early.map((token) => commit(store, token, anchor)));
      if (opened.reopen !== undefined) store = await opened.reopen();
      // In the midst, before all and behind all others: where a store keeps these elsewhere for a while.
      const late = ['', '5'].map((end) => `${MANY[500]}${end}x`);
      const tokens = [...early, ...late, '!', 'z'];
      for (const token of [...late, '!', 'z']) await commit(store, token, anchor);
      await commit(store, MANY[3] ?? '', remove('_config/size'));
      await commit(store, MANY[7] ?? '', put('members/1', ''));
      const all = await allOf(store);
      const there = tokens.filter((token) => token !== MANY[3]);
      const sorted = there.toSorted((a, b) => Buffer.compare(Buffer.from(`${a}/`), Buffer.from(`${b}/`)));
      assert.deepEqual(namesOf(all), sorted);
      assert.equal(all.find(({ token }) => token === MANY[7])?.entries.length, 2);
    });

    test('a token that is there all the time comes once, whatever is written while all are read', async (t) => {
      const { store } = await open(t);
      await Promise.all(MANY.map((token) => commit(store, token, anchor)));
      const names: string[] = [];
      for await (const { token } of store.tokens()) {
        names.push(token);
        if (names.length % 100 === 0) {
          await commit(store, `${token}x`, anchor);
          await commit(store, token, put('members/1', ''));
          await commit(store, '!', put(`${names.length}`, ''));
        }
      }
      assert.deepEqual(
        names.filter((token) => token.length === 32),
        MANY,
      );
      assert.equal(new Set(names).size, names.length);
    });

    test('a reader that has enough may stop, and one of a closed store is told', async (t) => {
      const { store } = await open(t);
      await commit(store, 'a', anchor);
      await commit(store, 'b', anchor);
      for await (const { token } of store.tokens()) {
        assert.equal(token, 'a');
        break;
      }
      const reading = store.tokens();
      await reading.next();
      await store.close();
      await assert.rejects(reading.next(), { code: 'store-closed' });
      await assert.rejects(store.tokens().next(), { code: 'store-closed' });
    });
  });
}
