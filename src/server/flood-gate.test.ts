import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../limits.ts';
import { createFloodGate, type FloodLimits } from './flood-gate.ts';

const NO_LIMITS: FloodLimits = {
  takeNew: undefined,
  takeRead: undefined,
  watchesPerAddress: undefined,
  watchesPerToken: undefined,
};

test('openWatch holds the watches of an address and of a token within their limits, others aside', () => {
  const gate = createFloodGate({ ...NO_LIMITS, watchesPerAddress: 2, watchesPerToken: 3 });
  assert(gate.openWatch('10.0.0.1', 'a'));
  assert(gate.openWatch('10.0.0.1', 'b'));
  assert.equal(gate.openWatch('10.0.0.1', 'c'), undefined, 'a third one of the address');
  assert(gate.openWatch('10.0.0.2', 'a'));
  assert(gate.openWatch('10.0.0.3', 'a'));
  assert.equal(gate.openWatch('10.0.0.4', 'a'), undefined, 'a fourth one of the token');
  assert(gate.openWatch('10.0.0.4', 'b'));
  assert.equal(gate.watches, 5, 'what was refused does not count');
});

test('a watch that ends makes room for its address and its token', () => {
  const gate = createFloodGate({ ...NO_LIMITS, watchesPerAddress: 1, watchesPerToken: 1 });
  const end = gate.openWatch('10.0.0.1', 'a');
  assert(end);
  assert.equal(gate.openWatch('10.0.0.1', 'b'), undefined);
  assert.equal(gate.openWatch('10.0.0.2', 'a'), undefined);
  end();
  assert.equal(gate.watches, 0);
  assert(gate.openWatch('10.0.0.1', 'a'));
});

test('all watches together are bounded, also where the operator set no limit', () => {
  const gate = createFloodGate(NO_LIMITS);
  const ends = Array.from({ length: LIMITS.watchesMax }, (_, n) => gate.openWatch(`10.0.0.${n % 9}`, 'a'));
  assert(ends.every((end) => end !== undefined));
  assert.equal(gate.openWatch('10.0.1.1', 'b'), undefined);
  ends[0]?.();
  assert(gate.openWatch('10.0.1.1', 'b'));
});

test('without limits, new tokens and reads go ahead', () => {
  const gate = createFloodGate(NO_LIMITS);
  assert.deepEqual([gate.takeNew('10.0.0.1'), gate.takeRead('10.0.0.1')], [undefined, undefined]);
});
