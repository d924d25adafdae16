import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopbackAddress, isLoopbackHost, isUnspecifiedHost } from './host.ts';

const OWN = ['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::ffff:7f00:1'];
const OTHERS = ['', '126.0.0.1', '128.0.0.1', '10.0.0.1', '127.evil.example', '::', '::2', '::ffff:10.0.0.1'];
const NAMES = ['localhost', 'LOCALHOST', 'a.localhost'];

test('isLoopbackAddress is true for the machine itself only, and for no name', () => {
  for (const address of OWN) assert.equal(isLoopbackAddress(address), true, address);
  for (const address of [...OTHERS, ...NAMES]) assert.equal(isLoopbackAddress(address), false, address);
});

test('isLoopbackHost knows the names of the machine itself, too', () => {
  for (const host of [...OWN, ...NAMES]) assert.equal(isLoopbackHost(host), true, host);
  for (const host of [...OTHERS, 'localhost.example', 'notlocalhost'])
    assert.equal(isLoopbackHost(host), false, host);
});

test('isUnspecifiedHost is true for "every address" in any spelling', () => {
  for (const host of ['0.0.0.0', '::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0'])
    assert.equal(isUnspecifiedHost(host), true, host);
  for (const host of ['', '0.0.0.1', '::1', 'localhost']) assert.equal(isUnspecifiedHost(host), false, host);
});
