import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf, normalizeAddress } from './ip-address.ts';

test('normalizeAddress gives every address one spelling', () => {
  for (const [given, wanted] of [
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:10.0.0.1', '10.0.0.1'],
    ['::ffff:a00:1', '10.0.0.1'],
    ['0:0:0:0:0:ffff:10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['', ''],
    ['no:address', 'no:address'],
  ] as const) {
    assert.equal(normalizeAddress(given), wanted, given);
  }
});

test('networkOf counts an IPv4 address alone and an IPv6 network of 64 bits together', () => {
  assert.equal(networkOf('10.0.0.1'), '10.0.0.1');
  assert.equal(networkOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8:1:2::9'), '2001:db8:1:2::/64');
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0::/64');
  assert.equal(networkOf('2001:db8::1:0:0:1'), '2001:db8:0:0::/64');
  assert.equal(networkOf('2001:db8:0:1::'), '2001:db8:0:1::/64');
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
  assert.notEqual(networkOf('2001:db8:0:1::1'), networkOf('2001:db8:0:2::1'));
});
