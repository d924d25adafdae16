import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { MusterError } from '../../src/errors.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { anchor, commit, put } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-dir.ts';

const clock = new FakeClock();

/** A folder whose file has some hundred pages, in every table. */
async function fill(folder: string): Promise<void> {
  const store = await openLmdbStore({ folder, clock });
  for (let round = 0; round < 3; round++) {
    await Promise.all(
      Array.from({ length: 600 }, (_, i) =>
        commit(
          store,
          `${i}`.padStart(32, '0'),
          anchor,
          put(`members/${i}`, 'x'.repeat(200), 9_000_000_000_000),
        ),
      ),
    );
  }
  await store.close();
}

function refusal(folder: string, reason: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof MusterError, String(error));
    assert.equal(error.code, 'data-folder');
    assert.match(error.message, reason);
    assert.ok(error.message.includes(folder), 'the message does not name the folder');
    assert.ok(!error.message.includes('\n'), 'the message is more than one line');
    assert.ok(error.remedy, 'there is no remedy');
    return true;
  };
}

function overwrite(file: string, from: number, length: number, byte: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(length, byte), 0, length, from);
  closeSync(descriptor);
}

describe('a damaged data folder', { timeout: 120_000 }, () => {
  const PAGE = 4096;
  const cases: [string, RegExp, (file: string, size: number) => void][] = [
    ['an empty file', /is cut off \(0 bytes\)/, (file) => truncateSync(file, 0)],
    ['a file of a few bytes', /is cut off/, (file) => truncateSync(file, 100)],
    ['one page', /does not begin as/, (file) => truncateSync(file, PAGE)],
    ['the first two pages', /cut off|cannot be read/, (file) => truncateSync(file, 2 * PAGE)],
    ['half of it', /cut off|cannot be read/, (file, size) => truncateSync(file, size / 2)],
    ['all but some pages', /cut off|cannot be read/, (file, size) => truncateSync(file, size - 40 * PAGE)],
    ['garbage at the start', /does not begin as/, (file) => overwrite(file, 0, 2 * PAGE, 0x5a)],
    ['garbage in the middle', /cannot be read/, (file, size) => overwrite(file, 2 * PAGE, size / 2, 0x5a)],
    ['ones in the middle', /cannot be read/, (file, size) => overwrite(file, 2 * PAGE, size / 2, 0xff)],
    ['zeros', /cannot be read/, (file, size) => overwrite(file, 2 * PAGE, size - 2 * PAGE, 0)],
    ['text', /does not begin as/, (file) => writeFileSync(file, 'hello\n'.repeat(5000))],
    ['no file', /is missing/, (file) => rmSync(file)],
  ];

  for (const [name, reason, damage] of cases) {
    test(`${name}: one clear line, and the process lives`, async (t) => {
      const folder = temporaryFolder(t);
      await fill(folder);
      const file = join(folder, 'data.mdb');
      damage(file, statSync(file).size);
      await assert.rejects(openLmdbStore({ folder, clock }), refusal(folder, reason));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.startsWith('owner')),
        [],
        'the folder is still owned',
      );
    });
  }

  test('another format is refused, and what makes no sense too', async (t) => {
    const folder = temporaryFolder(t);
    await fill(folder);
    const file = join(folder, 'FORMAT');
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), { store: 'lmdb', format: 2 });
    for (const other of [1, 3]) {
      writeFileSync(file, `{"store":"lmdb","format":${other}}`);
      const reason = new RegExp(`has format ${other}, and this version of Muster knows format 2`);
      await assert.rejects(openLmdbStore({ folder, clock }), refusal(folder, reason));
    }
    for (const text of ['', 'x', '[]', '{"store":"other","format":2}']) {
      writeFileSync(file, text);
      await assert.rejects(openLmdbStore({ folder, clock }), refusal(folder, /is damaged: FORMAT/));
    }
  });

  test('a folder of something else is left alone', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'thesis.txt'), 'mine');
    await assert.rejects(openLmdbStore({ folder, clock }), refusal(folder, /not a data folder of Muster/));
    assert.deepEqual(readdirSync(folder), ['thesis.txt']);
  });

  test('a new file system is an empty folder', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'lost+found'));
    const store = await openLmdbStore({ folder, clock });
    await store.close();
  });

  test('a first start that was interrupted, at any step, is made good by the next', async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'new.mdb'), 'half');
    writeFileSync(join(folder, 'FORMAT.new'), '{');
    const store = await openLmdbStore({ folder, clock });
    await store.close();
    renameSync(join(folder, 'data.mdb'), join(folder, 'new.mdb'));
    const again = await openLmdbStore({ folder, clock });
    assert.equal(again.clusterId, store.clusterId);
    await again.close();
    assert.ok(!existsSync(join(folder, 'new.mdb')));
  });

  test('a copy of the folder is the same store', async (t) => {
    const folder = temporaryFolder(t);
    await fill(folder);
    const copy = temporaryFolder(t);
    for (const name of ['FORMAT', 'data.mdb']) copyFileSync(join(folder, name), join(copy, name));
    const store = await openLmdbStore({ folder: copy, clock });
    assert.equal(store.revision, 1801);
    assert.equal((await store.stats()).keys, 1200);
    await store.close();
  });
});
