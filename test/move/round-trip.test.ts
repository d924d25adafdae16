import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { exportStore } from '../../src/move/export-store.ts';
import { assertEmpty, importTokens } from '../../src/move/import-tokens.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store, TokenEntries } from '../../src/store/store.ts';
import { anchor, commit, entriesOf, put, remove, settle } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { DAY_SECONDS, refusalOf, registrationOf } from '../support/registry.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { exportText, importText, withoutRevisions } from './export-text.ts';

const TOKEN = 'c'.repeat(32);

async function openLmdb(t: TestContext, clock: FakeClock): Promise<Store> {
  const store = await openLmdbStore({ folder: temporaryFolder(t), clock });
  t.after(() => store.close());
  return store;
}

function openMemory(t: TestContext, clock: FakeClock): Store {
  const store = createMemoryStore({ clock });
  t.after(() => store.close());
  return store;
}

function registryOver(store: Store, clock: FakeClock): Registry {
  let issued = 0;
  const createToken = (): string => String(++issued).padStart(32, '0');
  return new Registry({ store, clock, createToken, policy: { guard: true }, registrants: new Registrants() });
}

/** Tokens in every state that a registry knows, and values of every kind that a store takes. */
async function fill(
  store: Store,
  clock: FakeClock,
): Promise<{ open: string; complete: string; over: string }> {
  const registry = registryOver(store, clock);
  const make = (ttlSeconds: number): Promise<string> => registry.create({ size: 3, ttlSeconds });
  const [open, complete, over] = [await make(DAY_SECONDS), await make(DAY_SECONDS), await make(60)];
  // Not in the order of their ids, and another token in between.
  for (const n of [5, 2, 9, 1]) {
    await registry.register(registrationOf(complete, n), undefined);
    if (n === 2) await registry.register(registrationOf(open, n), undefined);
  }
  await registry.register(registrationOf(over, 1), undefined);
  clock.advance(61_000);
  await settle(store, over);
  await commit(store, TOKEN, anchor, { type: 'put', key: 'bytes', value: new Uint8Array([255, 0]) });
  await commit(store, TOKEN, put('b', ''), put('a', '1', clock.now() + 5000));
  await commit(store, TOKEN, put('b', '2'), remove('nothing'));
  return { open, complete, over };
}

describe('a move', { timeout: 120_000 }, () => {
  test('from LMDB to memory to LMDB keeps everything but revisions, and their order', async (t) => {
    const clock = new FakeClock();
    const first = await openLmdb(t, clock);
    await fill(first, clock);
    const text = await exportText(first);
    const second = openMemory(t, clock);
    const counts = await importText(second, text, clock);
    assert.deepEqual(counts, { tokens: 4, keys: (await first.stats()).keys, expiredKeys: 0 });
    const third = await openLmdb(t, clock);
    await importText(third, await exportText(second), clock);
    assert.deepEqual(withoutRevisions(await exportText(second)), withoutRevisions(text));
    assert.deepEqual(withoutRevisions(await exportText(third)), withoutRevisions(text));
    assert.equal((await third.stats()).tokens, (await first.stats()).tokens);
  });

  test('the registry says the same before and behind it: who is in, in which order, and what is over', async (t) => {
    const clock = new FakeClock();
    const first = await openLmdb(t, clock);
    const { open, complete, over } = await fill(first, clock);
    const second = openMemory(t, clock);
    await importText(second, await exportText(first), clock);
    const before = registryOver(first, clock);
    const after = registryOver(second, clock);
    for (const token of [open, complete]) {
      const [old, moved] = [await before.read(token), await after.read(token)];
      const shown = ({ content }: typeof old): unknown =>
        content.members.map(({ id, text, note }) => ({ id, text, note }));
      assert.deepEqual(shown(moved), shown(old));
      assert.deepEqual(moved.content.record, old.content.record);
    }
    const { content } = await after.read(complete);
    assert.deepEqual(
      content.members.map(({ text }) => text.split('=')[0]),
      ['n5', 'n2', 'n9', 'n1'],
    );
    assert.equal((await refusalOf(() => after.read(over))).code, 'expired-token');
    // And it goes on: a place is free in the one, none in the other.
    await after.register(registrationOf(open, 7), undefined);
    assert.equal((await after.read(open)).content.members.length, 2);
  });

  test('what ends on the way is left out, and its token is known to be over', async (t) => {
    const clock = new FakeClock();
    const first = openMemory(t, clock);
    const { open, complete } = await fill(first, clock);
    const text = await exportText(first);
    clock.advance(DAY_SECONDS * 1000);
    const second = openMemory(t, clock);
    const { keys, expiredKeys } = await importText(second, text, clock);
    assert.equal(keys + expiredKeys, text.split('"createRevision"').length - 1);
    const after = registryOver(second, clock);
    for (const token of [open, complete]) {
      assert.equal((await refusalOf(() => after.read(token))).code, 'expired-token');
      assert.deepEqual(
        (await entriesOf(second, token)).map(({ key }) => key),
        ['_config/token'],
      );
    }
    assert.equal((await second.stats()).tokens, 1);
  });

  test('a store that has anything is refused, also where only a token that is over is left', async (t) => {
    const clock = new FakeClock();
    const store = openMemory(t, clock);
    await assertEmpty(store, 'memory:');
    await commit(store, TOKEN, put('_config/token', ''));
    await assert.rejects(assertEmpty(store, 'memory:'), {
      code: 'not-empty',
      message: 'there are tokens in memory: already',
    });
    await assert.rejects(importText(store, await exportText(store), clock), { code: 'not-empty' });
  });

  test('what goes wrong on the way ends it, and nothing is being written then', async (t) => {
    const clock = new FakeClock();
    const store = openMemory(t, clock);
    const source = async function* (): AsyncGenerator<TokenEntries> {
      for (let i = 0; i < 10; i++) {
        const entry = { key: 'k', value: new Uint8Array(), createRevision: 1, modRevision: 1, version: 1 };
        yield { token: i === 5 ? 'a/b' : `${i}`, entries: [entry] };
      }
    };
    const importing = importTokens(
      store,
      source(),
      () => clock.now(),
      () => {},
    );
    await assert.rejects(importing, { code: 'unknown-token' });
    const { revision } = store;
    await new Promise(setImmediate);
    assert.equal(store.revision, revision);
  });
});

describe('20,000 tokens', { timeout: 300_000 }, () => {
  const MANY = 20_000;
  /** Far below all, and above what is under way at a time. */
  const HELD_MAX = 600;

  test('go from store to store, a few at a time', async (t) => {
    const clock = new FakeClock();
    const first = await openLmdb(t, clock);
    const names = Array.from({ length: MANY }, (_, i) => i.toString(16).padStart(32, '0'));
    for (let at = 0; at < MANY; at += 4000) {
      const page = names.slice(at, at + 4000);
      await Promise.all(page.map((token) => commit(first, token, anchor, put('members/1', `n=${token}`))));
    }
    const second = await openLmdb(t, clock);
    let read = 0;
    let written = 0;
    let heldMax = 0;
    const source = async function* (): AsyncGenerator<TokenEntries> {
      for await (const each of first.tokens()) {
        read++;
        heldMax = Math.max(heldMax, read - written);
        yield each;
      }
    };
    const counts = await importTokens(
      second,
      source(),
      () => clock.now(),
      (latest) => {
        written = latest.tokens;
      },
    );
    assert.deepEqual(counts, { tokens: MANY, keys: 2 * MANY, expiredKeys: 0 });
    assert.ok(heldMax <= HELD_MAX, `${heldMax} tokens were read and not written`);

    // The export waits for its reader: no line is made before it is asked for.
    let made = 0;
    let lines = 0;
    for await (const line of exportStore(second, 0, ({ tokens }) => (made = tokens))) {
      lines++;
      assert.ok(made <= lines, `line ${lines} of ${made}`);
      if (lines === MANY + 2) assert.equal(line, `{"end":{"tokens":${MANY},"keys":${2 * MANY}}}\n`);
    }
    assert.equal(lines, MANY + 2);
  });
});
