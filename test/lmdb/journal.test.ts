import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { DEFAULT_JOURNAL_BOUNDS } from '../../src/store/lmdb/journal.ts';
import { parseRecords } from '../../src/store/lmdb/journal-record.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import type { Store } from '../../src/store/store.ts';
import { anchor, commit, entriesOf, held, put, remove, settle, words } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { crashImage, JOURNAL_FILES } from './crash-image.ts';

const TOKEN = 'a'.repeat(32);
/** Nothing gets into the data file before the store is closed. */
const NO_CHECKPOINT = { ...DEFAULT_JOURNAL_BOUNDS, checkpointMs: 1e12 };
/** Files for a few commits, and no checkpoint before one is full. */
const TIGHT = { firstBytes: 512, checkpointBytes: 1e9, maxBytes: 2048, checkpointMs: 1e12 };

async function open(
  t: TestContext,
  folder: string,
  clock = new FakeClock(),
  journal = NO_CHECKPOINT,
): Promise<Store> {
  const store = await openLmdbStore({ folder, clock, journal });
  t.after(() => store.close());
  return store;
}

/** Everything that a reader can learn of a token. */
async function contentOf(store: Store, token = TOKEN): Promise<unknown> {
  const { keys, tokens } = await store.stats();
  return [store.revision, keys, tokens, await store.range(token), await held(store, token, 0)];
}

/** A store with commits of every kind, and an image of its folder as a crash would leave it. */
async function crashed(t: TestContext): Promise<{ store: Store; image: string }> {
  const folder = temporaryFolder(t);
  const store = await open(t, folder);
  await commit(store, TOKEN, anchor, put('a', '1'));
  await commit(store, TOKEN, put('a', '2'), put('b', '1', 9e12));
  await commit(store, TOKEN, remove('a'));
  await commit(store, TOKEN, put('c', '1'));
  return { store, image: crashImage(t, folder) };
}

/** The files of the journal with so many bytes each as their records take. */
function journalOf(image: string, clusterId: string): { path: string; bytes: Buffer; ends: number[] }[] {
  return JOURNAL_FILES.map((name) => {
    const path = join(image, name);
    const bytes = readFileSync(path);
    return { path, bytes, ends: parseRecords(clusterId, bytes).map(({ end }) => end) };
  });
}

describe('the journal', { timeout: 120_000 }, () => {
  test('what is in the journal only is there after a crash: keys, history, counts', async (t) => {
    const { store, image } = await crashed(t);
    const again = await open(t, image);
    assert.deepEqual(await contentOf(again), await contentOf(store));
    assert.deepEqual(words(await held(again, TOKEN, 2)), [
      '2 +_config/size=3 +a=1',
      '3 +a=2(1) +b=1',
      '4 -a(2)',
      '5 +c=1',
    ]);
  });

  test('a start that is interrupted and done again finds the same: it writes nothing', async (t) => {
    const { store, image } = await crashed(t);
    const before = JOURNAL_FILES.map((name) => readFileSync(join(image, name)));
    const first = await open(t, image);
    assert.deepEqual(
      JOURNAL_FILES.map((name) => readFileSync(join(image, name))),
      before,
    );
    const second = await open(t, crashImage(t, image));
    assert.deepEqual(await contentOf(first), await contentOf(store));
    assert.deepEqual(await contentOf(second), await contentOf(store));
    await commit(second, TOKEN, put('d', '1'));
    const third = await open(t, crashImage(t, image));
    assert.equal(third.revision, 5);
  });

  test('a journal that is in the data file already changes nothing: it was a kill after the checkpoint', async (t) => {
    const { store, image } = await crashed(t);
    const journal = JOURNAL_FILES.map((name) => readFileSync(join(image, name)));
    const expected = await contentOf(store);
    await (await open(t, image)).close();
    for (const [i, name] of JOURNAL_FILES.entries()) writeFileSync(join(image, name), journal[i] ?? '');
    const again = await open(t, image);
    assert.deepEqual(await contentOf(again), expected);
    // And what is written then stands in front of the old records.
    await commit(again, TOKEN, put('d', '1'));
    const third = await open(t, crashImage(t, image));
    assert.deepEqual(await contentOf(third), await contentOf(again));
  });

  test('a torn tail is cut off, and the store goes on from there, over another crash too', async (t) => {
    const { store, image } = await crashed(t);
    const [{ path, bytes, ends } = assert.fail()] = journalOf(image, store.clusterId);
    const [start = 0, end = 0] = ends.slice(-2);
    assert.equal(ends.length, 4);
    for (const torn of [start + 1, start + 4, start + 20, end - 1]) {
      const copy = crashImage(t, image);
      writeFileSync(join(copy, JOURNAL_FILES[0]), Buffer.from(bytes).fill(0, torn, end));
      const again = await open(t, copy);
      assert.equal(again.revision, 4, `torn at ${torn} of ${start} to ${end} in ${path}`);
      assert.equal((await commit(again, TOKEN, put('d', '1'))).revision, 5);
      const third = await open(t, crashImage(t, copy));
      assert.deepEqual(await contentOf(third), await contentOf(again));
    }
  });

  test('garbage in place of the journal leaves the data file as it is', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, put('a', '1'));
    await store.close();
    for (const [round, filler] of ['', 'hello\n'.repeat(1000), '\xff'.repeat(70_000)].entries()) {
      for (const name of JOURNAL_FILES) writeFileSync(join(folder, name), filler);
      const again = await open(t, folder);
      assert.equal(again.revision, 2 + round);
      await commit(again, TOKEN, put('b', '1'));
      const third = await open(t, crashImage(t, folder));
      assert.deepEqual(await contentOf(third), await contentOf(again));
      await again.close();
    }
  });

  test('a gap between the data file and the journal is refused: nothing is left out in silence', async (t) => {
    const { store, image } = await crashed(t);
    const [{ path, bytes, ends } = assert.fail()] = journalOf(image, store.clusterId);
    writeFileSync(path, bytes.subarray(ends[1]));
    await assert.rejects(openLmdbStore({ folder: image, clock: new FakeClock() }), {
      code: 'data-folder',
      message: /is damaged: revisions 2 to 3 are missing in its journal$/,
    });
  });

  test('keys that are in the journal only expire at their time, also after a crash', async (t) => {
    const folder = temporaryFolder(t);
    const clock = new FakeClock();
    const store = await open(t, folder, clock);
    await commit(store, TOKEN, anchor, put('short', '', clock.now() + 1000));
    await commit(store, TOKEN, put('long', '', clock.now() + 3000));
    await commit(store, 'b', put('gone', '', clock.now() + 1000));
    await commit(store, 'b', remove('gone'));
    const image = crashImage(t, folder);
    const laterClock = new FakeClock(clock.now());
    const later = await open(t, image, laterClock);
    for (const [each, time] of [
      [store, clock],
      [later, laterClock],
    ] as const) {
      time.advance(999);
      await settle(each, TOKEN);
      assert.equal((await entriesOf(each, TOKEN)).length, 3);
      time.advance(1);
      await settle(each, TOKEN);
      assert.deepEqual(words(await held(each, TOKEN, 6)), ['6 ~short()']);
      time.advance(2000);
      await settle(each, TOKEN);
      assert.deepEqual(words(await held(each, TOKEN, 7)), ['7 ~long()']);
    }
    const third = await open(t, crashImage(t, image), laterClock);
    assert.deepEqual(await contentOf(third), await contentOf(later));
  });

  test('thousands of commits that only the journal holds are there after a crash', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    const tokens = Array.from({ length: 3000 }, (_, i) => `${i}`.padStart(32, '0'));
    await Promise.all(tokens.map((token) => commit(store, token, anchor, put('a', '1', 9e12))));
    await Promise.all(tokens.map((token) => commit(store, token, put('a', '2', 9e12))));
    const again = await open(t, crashImage(t, folder));
    assert.equal((await again.stats()).tokens, 3000);
    for (const token of ['0'.repeat(32), tokens.at(-1) ?? '']) {
      assert.deepEqual(await contentOf(again, token), await contentOf(store, token));
    }
  });

  test('the journal stays within its bounds, and writes wait for the checkpoint rather than fail', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder, new FakeClock(), TIGHT);
    for (let i = 0; i < 400; i++) {
      await commit(store, TOKEN, put(`k${i % 7}`, `${i}`.repeat(50)));
      for (const name of JOURNAL_FILES) assert.ok(statSync(join(folder, name)).size <= TIGHT.maxBytes);
    }
    // One batch may be larger than all that a file may hold.
    await commit(store, TOKEN, put('large', 'x'.repeat(10_000)));
    assert.equal(store.revision, 402);
    assert.equal((await entriesOf(store, TOKEN)).length, 8);
  });

  test('a checkpoint comes a while after the first commit, and close leaves no journal', async (t) => {
    const folder = temporaryFolder(t);
    const clock = new FakeClock();
    const store = await open(t, folder, clock, DEFAULT_JOURNAL_BOUNDS);
    await commit(store, TOKEN, put('a', '1'));
    const size = statSync(join(folder, 'data.mdb')).mtimeMs;
    clock.advance(DEFAULT_JOURNAL_BOUNDS.checkpointMs);
    while (statSync(join(folder, 'data.mdb')).mtimeMs === size) await new Promise(setImmediate);
    await commit(store, TOKEN, put('a', '2'));
    await store.close();
    assert.deepEqual(readdirSync(folder).sort(), ['FORMAT', 'data.mdb', 'data.mdb-lock']);
    const again = await open(t, folder);
    assert.equal(again.revision, 3);
  });
});
