import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { nextLine, startStoreProcess } from './child.ts';

const clock = new FakeClock();

describe('the owner of a data folder', { timeout: 120_000 }, () => {
  test('a folder that a living process uses is refused, in one line that names it', async (t) => {
    const folder = temporaryFolder(t);
    const other = startStoreProcess(t, 'hold', folder);
    assert.equal(await nextLine(other), 'open');
    await assert.rejects(openLmdbStore({ folder, clock }), {
      code: 'data-folder',
      message: `the data folder ${folder} is in use by another process`,
    });
    assert.equal(await other.finish(), 0);
    const store = await openLmdbStore({ folder, clock });
    await assert.rejects(openLmdbStore({ folder, clock }), { code: 'data-folder' });
    await store.close();
  });

  test('the folder of a process that was killed is free', async (t) => {
    const folder = temporaryFolder(t);
    const other = startStoreProcess(t, 'hold', folder);
    assert.equal(await nextLine(other), 'open');
    await other.kill();
    assert.ok(readdirSync(folder).includes('owner.sock'));
    const store = await openLmdbStore({ folder, clock });
    await store.close();
  });

  test('of many that start at once on the folder of a dead one, one gets it', async (t) => {
    const folder = temporaryFolder(t);
    const dead = startStoreProcess(t, 'hold', folder);
    assert.equal(await nextLine(dead), 'open');
    await dead.kill();
    const starters = Array.from({ length: 6 }, () => startStoreProcess(t, 'hold', folder));
    const lines = await Promise.all(starters.map((starter) => nextLine(starter)));
    assert.equal(lines.filter((line) => line === 'open').length, 1, lines.join('\n'));
    for (const line of lines) if (line !== 'open') assert.match(line, /^failed data-folder .* in use/);
    await Promise.all(starters.map((starter) => starter.finish()));
  });

  test('close leaves the data and the format, and nothing else of ours', async (t) => {
    const folder = temporaryFolder(t);
    const store = await openLmdbStore({ folder, clock });
    await store.close();
    assert.deepEqual(readdirSync(folder).sort(), ['FORMAT', 'data.mdb', 'data.mdb-lock']);
  });

  test('a folder whose path is longer than a socket may be works', async (t) => {
    const folder = join(temporaryFolder(t), 'd'.repeat(100), 'e'.repeat(100));
    const store = await openLmdbStore({ folder, clock });
    await assert.rejects(openLmdbStore({ folder, clock }), { code: 'data-folder' });
    await store.close();
    assert.equal(statSync(folder).mode & 0o777, 0o700);
  });

  test('a folder that cannot be written is refused, in one line that names it', async (t) => {
    const parent = temporaryFolder(t);
    const folder = join(parent, 'data');
    mkdirSync(folder);
    chmodSync(parent, 0o755);
    chmodSync(folder, 0o555);
    // Nobody: root, which runs tests in containers, may write everywhere.
    const uid = process.getuid?.() === 0 ? 65534 : undefined;
    for (const path of [folder, join(folder, 'below')]) {
      const other = startStoreProcess(t, 'hold', path, uid);
      const line = await nextLine(other);
      assert.match(line, /^failed data-folder MusterError: the data folder .* cannot be written: EACCES/);
      assert.ok(line.includes(path));
      assert.equal(await other.finish(), 1);
    }
  });

  test('a file in the place of the folder is refused', async () => {
    await assert.rejects(openLmdbStore({ folder: process.execPath, clock }), {
      code: 'data-folder',
      message: /cannot be written/,
    });
  });
});
