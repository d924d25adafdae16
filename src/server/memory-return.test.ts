import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createMemoryReturn } from './memory-return.ts';

function collecting(): { clock: FakeClock; note: (watches: number) => void; count: () => number } {
  const clock = new FakeClock();
  let collections = 0;
  const { note } = createMemoryReturn(clock, () => collections++);
  return { clock, note, count: () => collections };
}

test('createMemoryReturn collects once after a thousand watches have come, and once after they have gone', () => {
  const { clock, note, count } = collecting();
  note(999);
  clock.advance(10_000);
  assert.equal(count(), 0, 'fewer are not worth it');
  note(1500);
  assert.equal(count(), 0, 'others may come too');
  clock.advance(10_000);
  assert.equal(count(), 1);
  note(501);
  clock.advance(10_000);
  assert.equal(count(), 1, 'it counts from the last collection on');
  note(500);
  clock.advance(10_000);
  assert.equal(count(), 2);
});

test('createMemoryReturn waits until only few come or go', () => {
  const { clock, note, count } = collecting();
  note(1000);
  for (let watches = 1050; watches <= 3000; watches += 50) {
    clock.advance(250);
    note(watches);
    clock.advance(250);
    assert.equal(count(), 0);
  }
  clock.advance(250);
  note(3049);
  clock.advance(250);
  assert.equal(count(), 1);
});

test('createMemoryReturn collects also where those that came have gone again at once', () => {
  const { clock, note, count } = collecting();
  note(2000);
  note(0);
  clock.advance(10_000);
  assert.equal(count(), 1);
});

test('createMemoryReturn finds the collector of this Node.js', () => {
  const clock = new FakeClock();
  const memoryReturn = createMemoryReturn(clock);
  memoryReturn.note(1000);
  clock.advance(500);
});
