import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, type TestContext, test } from 'node:test';
import { backUpLmdbStore, restoreLmdbStore } from '../../src/store/lmdb/backup.ts';
import { DEFAULT_JOURNAL_BOUNDS } from '../../src/store/lmdb/journal.ts';
import { type LmdbStore, openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import type { Store } from '../../src/store/store.ts';
import { anchor, commit, entriesOf, held, put, remove } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { smallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { crashImage } from './crash-image.ts';

const TOKEN = 'a'.repeat(32);
/** Nothing gets into the data file by itself. */
const NO_CHECKPOINT = { ...DEFAULT_JOURNAL_BOUNDS, checkpointMs: 1e12 };
/** Files for a few commits, so that checkpoints follow each other. */
const TIGHT = { firstBytes: 512, checkpointBytes: 1024, maxBytes: 2048, checkpointMs: 1e12 };

async function open(t: TestContext, folder: string, journal = NO_CHECKPOINT): Promise<LmdbStore> {
  const store = await openLmdbStore({ folder, clock: new FakeClock(), journal });
  t.after(() => store.close());
  return store;
}

async function contentOf(store: Store, token = TOKEN): Promise<unknown> {
  const { keys, tokens } = await store.stats();
  return [
    store.clusterId,
    store.revision,
    keys,
    tokens,
    await store.range(token),
    await held(store, token, 0),
  ];
}

const backUp = (from: string, to: string): Promise<void> => backUpLmdbStore(from, to, new FakeClock());

describe('a copy of a store', { timeout: 120_000 }, () => {
  test('has what only the journal held, with revisions, history and counts', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, anchor, put('a', '1'));
    await commit(store, TOKEN, put('a', '2'), put('b', '1', 9e12));
    await commit(store, TOKEN, remove('a'));
    const backup = join(temporaryFolder(t), 'new', 'backup');
    await backUp(folder, backup);
    assert.deepEqual(readdirSync(backup).sort(), ['FORMAT', 'data.mdb']);
    assert.equal(statSync(backup).mode & 0o777, 0o700);
    assert.equal(statSync(join(backup, 'data.mdb')).mode & 0o777, 0o600);
    const restored = join(temporaryFolder(t), 'data');
    await restoreLmdbStore(backup, restored);
    assert.deepEqual(await contentOf(await open(t, restored)), await contentOf(store));
    // And the store goes on, with nothing left in its folder.
    await commit(store, TOKEN, put('c', '1'));
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('copy-')),
      [],
    );
  });

  test('of a store that nobody runs is made as well, also where it was killed', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, anchor, put('a', '1'));
    const expected = await contentOf(store);
    const image = crashImage(t, folder);
    const [backup, restored] = [join(image, 'backup'), join(temporaryFolder(t), 'data')];
    // A restore takes what was killed as it is.
    await restoreLmdbStore(image, restored);
    assert.deepEqual(await contentOf(await open(t, restored)), expected);
    await backUp(image, backup);
    assert.deepEqual(await contentOf(await open(t, backup)), expected);
  });

  test('has everything that was answered before, while commits and checkpoints go on', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder, TIGHT);
    const parent = temporaryFolder(t);
    let isOver = false;
    let written = 0;
    const writers = Array.from({ length: 4 }, async (_, writer) => {
      for (let i = 0; !isOver; i++) {
        const { revision } = await commit(store, `${writer}`, put(`k${i}`, 'x'.repeat(60)));
        written = Math.max(written, revision);
      }
    });
    for (let round = 0; round < 2; round++) {
      const before = written;
      await Promise.all([0, 1].map((n) => backUp(folder, join(parent, `${round}-${n}`))));
      assert.ok(written > before, 'nothing was written meanwhile');
      for (const n of [0, 1]) {
        const copy = await open(t, join(parent, `${round}-${n}`));
        assert.ok(copy.revision >= before, `${copy.revision} of ${before}`);
        const entries = await Promise.all([0, 1, 2, 3].map((writer) => entriesOf(copy, `${writer}`)));
        // One key a commit, from revision 2 on: none is missing.
        assert.equal(entries.flat().length, copy.revision - 1);
        await copy.close();
      }
    }
    isOver = true;
    await Promise.all(writers);
  });

  test('is not written over anything, and a folder that is no store gives none', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, anchor);
    const other = temporaryFolder(t);
    writeFileSync(join(other, 'mine'), '');
    await assert.rejects(backUp(folder, other), { code: 'not-empty', message: /holds something already/ });
    await assert.rejects(backUp(folder, folder), { code: 'not-empty' });
    await assert.rejects(backUp(other, join(other, 'b')), {
      code: 'data-folder',
      message: /^there is no store/,
    });
    await assert.rejects(restoreLmdbStore(other, join(other, 'r')), { code: 'data-folder' });
    const backup = join(other, 'backup');
    await backUp(folder, backup);
    await assert.rejects(restoreLmdbStore(backup, other), { code: 'data-folder', message: /holds "/ });
    await assert.rejects(restoreLmdbStore(backup, folder), { code: 'not-empty' });
    await assert.rejects(restoreLmdbStore(folder, join(other, 'r')), {
      code: 'data-folder',
      message: /^a Muster runs/,
    });
    await restoreLmdbStore(backup, join(other, 'r'));
    await assert.rejects(restoreLmdbStore(backup, join(other, 'r')), {
      code: 'not-empty',
      message: /there is a store in .* already, and nothing is written over$/,
    });
  });

  test('that is damaged is not restored, and leaves an empty folder', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    for (let i = 0; i < 200; i++) await commit(store, TOKEN, put(`k${i}`, 'x'.repeat(500)));
    const backup = join(temporaryFolder(t), 'backup');
    await backUp(folder, backup);
    const { size } = statSync(join(backup, 'data.mdb'));
    writeFileSync(join(backup, 'data.mdb'), Buffer.alloc(size / 2, 1), { flag: 'r+' });
    const restored = join(temporaryFolder(t), 'data');
    await assert.rejects(restoreLmdbStore(backup, restored), { code: 'data-folder', message: /is damaged/ });
    assert.deepEqual(readdirSync(restored), []);
  });

  test('what another process was killed in is taken up again: nothing of it counts', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, anchor);
    await store.close();
    mkdirSync(join(folder, 'copy-123456'));
    writeFileSync(join(folder, 'copy-123456', 'data.mdb'), 'half');
    const again = await open(t, folder);
    assert.equal((await entriesOf(again, TOKEN)).length, 1);
    assert.ok(!readdirSync(folder).includes('copy-123456'));
    const restored = temporaryFolder(t);
    for (const name of ['new.mdb', 'journal.0']) writeFileSync(join(restored, name), 'half');
    const backup = join(temporaryFolder(t), 'backup');
    await backUp(folder, backup);
    await restoreLmdbStore(backup, restored);
    assert.equal((await entriesOf(await open(t, restored), TOKEN)).length, 1);
  });

  test('a disk without room for it costs a clear refusal, and the store goes on', async (t) => {
    const disk = smallDisk(t);
    if (disk === undefined) return;
    const folder = join(disk, 'data');
    const store = await open(t, folder);
    for (let i = 0; i < 100; i++) await commit(store, TOKEN, put(`k${i}`, 'x'.repeat(2000)));
    const ballast: string[] = [];
    // Until a copy does not fit any more, and a commit does.
    for (let i = 0; ; i++) {
      const to = join(temporaryFolder(t), 'backup');
      try {
        await backUp(folder, to);
      } catch (error) {
        assert.match(String(error), /cannot make a copy of its data file/);
        assert.ok(ballast.length > 0);
        break;
      }
      ballast.push(join(disk, `ballast${i}`));
      writeFileSync(ballast.at(-1) ?? '', Buffer.alloc(256 * 1024));
    }
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('copy-')),
      [],
    );
    await commit(store, TOKEN, put('small', ''));
  });
});

describe('the socket of the owner', { timeout: 60_000 }, () => {
  test('gives nothing to who asks for something else, or hangs up, and stays there for others', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, anchor);
    for (const word of ['GET / HTTP/1.1\r\n\r\n', 'restore\n', 'backup', '\n', 'backup now, please\n']) {
      const visit = createConnection(join(folder, 'owner.sock'));
      visit.end(word);
      assert.equal(await text(visit), '');
    }
    for (const word of ['', 'back', 'backup\n']) {
      const visit = createConnection(join(folder, 'owner.sock'));
      await new Promise<void>((resolve) => visit.write(word || ' ', () => resolve()));
      visit.destroy();
    }
    const backup = join(temporaryFolder(t), 'backup');
    await backUp(folder, backup);
    assert.equal((await entriesOf(await open(t, backup), TOKEN)).length, 1);
  });

  test('a store that is closed while somebody asks closes all the same', async (t) => {
    const folder = temporaryFolder(t);
    const store = await open(t, folder);
    await commit(store, TOKEN, anchor);
    const silent = createConnection(join(folder, 'owner.sock'));
    await new Promise<void>((resolve) => silent.write('back', () => resolve()));
    const parent = temporaryFolder(t);
    const asked = backUp(folder, join(parent, 'backup')).then(
      () => 'copied',
      (error: unknown) => String(error),
    );
    const copy = store.copyData();
    await new Promise(setImmediate);
    await store.close();
    assert.match(
      await asked,
      /^copied$|ended before the copy was complete|the store is closed|does not know/,
    );
    (await copy).remove();
    await text(silent);
    await assert.rejects(async () => store.copyData(), { code: 'store-closed' });
  });
});
