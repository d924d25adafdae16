import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import type { Requester } from '../http/requester.ts';
import { createPolicy, describeCreation } from './create-policy.ts';

const stranger: Requester = {
  address: '192.0.2.7',
  isForwarded: false,
  connection: undefined,
  scheme: 'http',
  authorities: [],
  isAdmin: false,
  lacks: undefined,
};
const neighbour: Requester = { ...stranger, address: '127.0.0.1' };
const proxied: Requester = { ...neighbour, isForwarded: true };
const admin: Requester = { ...stranger, isAdmin: true };

function mayCreate(mode: 'open' | 'loopback' | 'admin', requester: Requester): boolean {
  try {
    createPolicy(mode, true)(requester);
    return true;
  } catch (error) {
    assert(isMusterError(error, 'not-permitted'));
    return false;
  }
}

test('createPolicy lets everybody in, this machine alone, or the admin alone', () => {
  const answers = (['open', 'loopback', 'admin'] as const).map((mode) =>
    [stranger, neighbour, proxied, admin].map((requester) => mayCreate(mode, requester)),
  );
  assert.deepEqual(answers, [
    [true, true, true, true],
    [false, true, false, true],
    [false, false, false, true],
  ]);
});

test('createPolicy says how to be let in, whether there is an admin token or not', () => {
  assert.throws(() => createPolicy('admin', true)(stranger), { remedy: /Authorization: Bearer/ });
  assert.throws(() => createPolicy('admin', false)(stranger), { remedy: /--admin-token-file/ });
});

test('describeCreation tells the operator when nobody can make tokens', () => {
  const url = 'http://192.0.2.1:8087';
  assert.match(describeCreation('admin', false, url), /nobody can make them; start with --admin-token-file/);
  assert.match(describeCreation('admin', true, url), /whoever has the admin token/);
});

test('describeCreation gives a line to paste where everybody may make tokens', () => {
  assert.match(
    describeCreation('open', false, 'http://[::1]:8087'),
    /curl 'http:\/\/\[::1\]:8087\/new\?size=3'$/,
  );
});
