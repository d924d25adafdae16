import assert from 'node:assert/strict';
import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { JournalFile } from '../../src/store/lmdb/journal-file.ts';
import { fillDisk, freeDisk, smallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temp-dir.ts';

test('what was appended is read back by the next to open the file', async (t) => {
  const path = join(temporaryFolder(t), 'journal');
  const file = await JournalFile.open(path);
  await file.grow(1000);
  await file.append(Buffer.alloc(300, 1));
  await file.append(Buffer.alloc(200, 2));
  assert.deepEqual([file.end, file.size, file.fits(500), file.fits(501)], [500, 1000, true, false]);
  await file.close();
  const again = await JournalFile.open(path);
  t.after(() => again.close());
  const expected = Buffer.concat([Buffer.alloc(300, 1), Buffer.alloc(200, 2), Buffer.alloc(500)]);
  assert.deepEqual(await again.read(), expected);
  again.continueAt(300);
  await again.append(Buffer.alloc(10, 3));
  assert.deepEqual(
    (await again.read()).subarray(0, 320),
    Buffer.concat([Buffer.alloc(300, 1), Buffer.alloc(10, 3), Buffer.alloc(10, 2)]),
  );
});

test('a record that could not be written is wiped out, and the next one takes its place', async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  const path = join(disk, 'journal');
  // Room in name only behind the first page, so that a record is half written on a full disk.
  const sparse = openSync(path, 'w');
  writeSync(sparse, Buffer.alloc(4096));
  ftruncateSync(sparse, 100 * 4096);
  closeSync(sparse);
  const file = await JournalFile.open(path);
  t.after(() => file.close());
  await file.append(Buffer.alloc(100, 1));
  fillDisk(disk);
  await assert.rejects(file.append(Buffer.alloc(50_000, 2)), { code: 'ENOSPC' });
  assert.equal(file.end, 100);
  assert.deepEqual(readFileSync(path).subarray(100, 164), Buffer.alloc(64));
  await file.append(Buffer.alloc(200, 3));
  freeDisk(disk);
  await file.append(Buffer.alloc(50_000, 4));
  assert.deepEqual([...new Set(readFileSync(path).subarray(100, 50_300))], [3, 4]);
});

test('a file that cannot grow stays as it is', async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  const file = await JournalFile.open(join(disk, 'journal'));
  t.after(() => file.close());
  await file.grow(1000);
  fillDisk(disk);
  await assert.rejects(file.grow(1_000_000), { code: 'ENOSPC' });
  assert.equal(file.size, 1000);
  assert.equal(readFileSync(join(disk, 'journal')).length, 1000);
  freeDisk(disk);
  await file.grow(1_000_000);
  assert.equal(file.size, 1_000_000);
});
