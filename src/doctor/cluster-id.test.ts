import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterIdOf } from './cluster-id.ts';

test('clusterIdOf computes the id that etcd 3.4.23 gave its cluster, whatever the order of the members', () => {
  const ids = ['e924a8cc55f3a1a0', 'ca9ccb2e68c16058', '954193fdc28d1a7f'];
  assert.equal(clusterIdOf(ids), '230d99e6d87c702e');
  assert.equal(clusterIdOf(ids.toReversed()), '230d99e6d87c702e');
});

test('clusterIdOf knows of no cluster of machines of etcd 0.4, whose ids are names', () => {
  assert.equal(clusterIdOf(['e924a8cc55f3a1a0', 'z1']), undefined);
});
