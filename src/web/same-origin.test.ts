import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Requester } from '../http/requester.ts';
import { assertSameOrigin } from './same-origin.ts';

const requester: Requester = {
  address: '10.0.0.1',
  isForwarded: false,
  connection: undefined,
  scheme: 'http',
  authorities: ['discovery.example:8087'],
  isAdmin: false,
  lacks: undefined,
};

const isTaken = (headers: Record<string, string>, publicUrl?: string): boolean => {
  try {
    assertSameOrigin(headers, requester, publicUrl);
    return true;
  } catch {
    return false;
  }
};

test('assertSameOrigin takes forms of this service', () => {
  assert(isTaken({ 'sec-fetch-site': 'same-origin' }));
  assert(isTaken({ origin: 'http://discovery.example:8087' }));
  assert(isTaken({ origin: 'https://Discovery.example:8087' }));
  assert(isTaken({ origin: 'https://outside.example' }, 'https://outside.example'));
});

test('assertSameOrigin refuses forms of other sites, and those of which nothing is known', () => {
  for (const headers of [
    {},
    { origin: 'null' },
    { origin: 'http://discovery.example' },
    { origin: 'http://discovery.example:8088' },
    { origin: 'http://evil.example' },
    { origin: 'http://discovery.example:8087.evil.example' },
    { 'sec-fetch-site': 'same-site', origin: 'http://discovery.example:8087' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://discovery.example:8087' },
    { 'sec-fetch-site': 'none' },
  ]) {
    assert.equal(isTaken(headers), false, JSON.stringify(headers));
  }
});
