import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSalt, memberId } from './member-id.ts';

const SALT = 'http://127.0.0.1:22088/7e7c63d11e3a4274b61db412494faacb';

test('protocol 1.1: memberId computes the ids that etcd 3.4.23 registered', () => {
  assert.equal(memberId(['http://127.0.0.11:2380'], SALT), 'e924a8cc55f3a1a0');
  assert.equal(memberId(['http://127.0.0.12:2380'], SALT), 'ca9ccb2e68c16058');
  assert.equal(memberId(['http://127.0.0.13:2380'], SALT), '954193fdc28d1a7f');
});

test('protocol 1.1: memberId hashes several URLs sorted, whatever their order', () => {
  const salt = 'http://127.0.0.1:24627/aabbccddeeff00112233445566778899';
  const urls = ['http://127.0.0.21:2380', 'http://127.0.0.20:2380'];
  assert.equal(memberId(urls, salt), '38b4f7b66fd77dbb');
  assert.deepEqual(urls, ['http://127.0.0.21:2380', 'http://127.0.0.20:2380'], 'the input stays as it is');
  assert.equal(memberId(urls.toReversed(), salt), '38b4f7b66fd77dbb');
});

test('protocol 1.1, 6.11: memberId leaves leading zeros out', () => {
  const ids = Array.from({ length: 64 }, (_, n) => memberId([`http://10.0.0.${n}:2380`], SALT));
  assert.ok(ids.some((id) => id.length < 16));
  assert.ok(ids.every((id) => /^[1-9a-f][0-9a-f]{0,15}$/.test(id)));
});

test('findSalt answers the first candidate that leads to the id, and undefined where none does', () => {
  const id = 'e924a8cc55f3a1a0';
  const urls = ['http://127.0.0.11:2380'];
  assert.equal(findSalt(id, urls, [`${SALT}/`, SALT]), SALT);
  assert.equal(findSalt(id, urls, [`${SALT}/`]), undefined);
  assert.equal(findSalt(id, urls, []), undefined);
});
