import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expiryOf, leaseIdOf, roundExpiry } from './lease-ids.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

test('the id of a lease tells the end of its keys', () => {
  for (const time of [0, NOW, NOW + 97 * DAY_MS, 5_000_000_400_000])
    assert.equal(expiryOf(leaseIdOf(time)), time);
  assert.ok(leaseIdOf(Date.UTC(9999, 0)) < 2n ** 63n);
});

test('no lease, and the leases of others, tell nothing', () => {
  for (const id of [0n, 1n, 7587870000000000001n, -1n]) assert.equal(expiryOf(id), undefined);
});

test('an end is rounded up, coarser the further it is, and stays when it is rounded again', () => {
  for (const [leftMs, step] of [
    [-5, 1000],
    [59_999, 1000],
    [7 * DAY_MS + 1, 60_000],
    [97 * DAY_MS + 1, 3_600_000],
  ] as const) {
    const rounded = roundExpiry(NOW + leftMs, NOW);
    assert.equal(rounded % step, 0);
    assert.ok(rounded >= NOW + leftMs && rounded < NOW + leftMs + step);
    for (const later of [0, 0.5, 0.999]) {
      assert.equal(roundExpiry(rounded, NOW + leftMs * later), rounded);
    }
  }
});
