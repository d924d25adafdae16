import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRecord, parseRecords } from './journal-record.ts';

const STORE = '0123456789abcdef';

function changes(byte: number, length = 40): ArrayBuffer {
  return new Uint8Array(length).fill(byte).buffer;
}

/** A file with records of revisions 1 to `last`, and room behind them. */
function fileOf(last: number): Buffer {
  const records = Array.from({ length: last - 1 }, (_, i) => formatRecord(STORE, i + 1, i + 2, changes(i)));
  return Buffer.concat([...records, Buffer.alloc(500)]);
}

function revisions(file: Buffer): number[] {
  return parseRecords(STORE, file).map(({ after }) => after);
}

test('records are read back in order, up to the room behind them', () => {
  const records = parseRecords(STORE, fileOf(4));
  assert.deepEqual(
    records.map(({ before, after, end }) => [before, after, end]),
    [
      [1, 2, 60],
      [2, 3, 120],
      [3, 4, 180],
    ],
  );
  assert.deepEqual(new Uint8Array(records[1]?.changes ?? []), new Uint8Array(changes(1)));
});

test('a last record that is torn at any of its bytes never was, and those before it are whole', () => {
  for (let torn = 120; torn < 180; torn++) {
    assert.deepEqual(revisions(fileOf(4).subarray(0, torn)), [2, 3], `cut off at ${torn}`);
    for (const filler of [0, 0x5a, 0xff]) {
      const file = fileOf(4).fill(filler, torn, 180);
      // A byte that happens to be the right one tears nothing.
      if (file.equals(fileOf(4))) continue;
      assert.deepEqual(revisions(file), [2, 3], `${filler} from ${torn} on`);
    }
    const flipped = fileOf(4);
    flipped[torn] = (flipped[torn] ?? 0) ^ 1;
    assert.deepEqual(revisions(flipped), [2, 3], `a bit of byte ${torn}`);
  }
});

test('what an earlier use of the file left behind the last record does not count', () => {
  const file = fileOf(6);
  formatRecord(STORE, 90, 91, changes(1)).copy(file);
  assert.deepEqual(revisions(file), [91]);
});

test('the journal of another store says nothing', () => {
  assert.deepEqual(parseRecords('fedcba9876543210', fileOf(3)), []);
});

test('garbage is no record', () => {
  for (const filler of [0, 1, 0x20, 0x5a, 0xff]) assert.deepEqual(revisions(Buffer.alloc(3000, filler)), []);
  assert.deepEqual(revisions(Buffer.alloc(0)), []);
});
