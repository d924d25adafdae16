import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'muster/client';
import * as browser from '../../src/join/browser.ts';

test('muster/client has the same names in Node and in browsers', () => {
  const names = ['DiscoveryError', 'createToken', 'isDiscoveryError', 'join', 'watchToken'];
  assert.deepEqual(Object.keys(client).sort(), names);
  assert.deepEqual(Object.keys(browser).sort(), names);
});

test('nothing of the package can be imported but muster/client and muster/transpile', async () => {
  for (const name of [
    'muster',
    'muster/dist/src/main.js',
    'muster/dist/src/join/join.js',
    'muster/dist/src/program.js',
  ]) {
    await assert.rejects(import(name), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
  }
});
