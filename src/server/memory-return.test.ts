import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { createMemoryReturn } from './memory-return.ts';

test('createMemoryReturn collects once after a thousand watches have ended, and not for fewer', () => {
  const clock = new FakeClock();
  let collections = 0;
  const memoryReturn = createMemoryReturn(clock, () => collections++);
  memoryReturn.note(1500);
  memoryReturn.note(501);
  clock.advance(10_000);
  assert.equal(collections, 0, 'fewer are not worth it');
  for (let watches = 500; watches >= 0; watches -= 100) memoryReturn.note(watches);
  assert.equal(collections, 0, 'the others may go too');
  clock.advance(500);
  assert.equal(collections, 1);
  memoryReturn.note(999);
  memoryReturn.note(0);
  clock.advance(10_000);
  assert.equal(collections, 1, 'it counts from the last collection on');
});

test('createMemoryReturn finds the collector of this Node.js', () => {
  const clock = new FakeClock();
  const memoryReturn = createMemoryReturn(clock);
  memoryReturn.note(1000);
  memoryReturn.note(0);
  clock.advance(500);
});
