import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_ENTRIES } from '../apply-operations.ts';
import type { Entry } from '../store.ts';
import { TokenCache } from './token-cache.ts';

function entries(valueBytes = 1): readonly Entry[] {
  const value = new Uint8Array(valueBytes);
  return [{ key: 'k', value, createRevision: 2, modRevision: 2, version: 1 }];
}

function cached(cache: TokenCache, tokens: readonly string[]): string[] {
  return tokens.filter((token) => cache.get(token) !== undefined);
}

test('TokenCache keeps what is used and drops what was not used for longest', () => {
  const cache = new TokenCache({ tokens: 3, bytes: 1_000_000 });
  const hot = entries();
  cache.set('hot', hot);
  for (let i = 0; i < 100; i++) {
    cache.set(`t${i}`, entries());
    assert.equal(cache.get('hot'), hot);
  }
  const names = Array.from({ length: 100 }, (_, i) => `t${i}`);
  const left = cached(cache, names);
  assert.ok(left.length <= 8, `${left.length} tokens are kept`);
  assert.ok(left.includes('t99'));
});

test('TokenCache is bounded in bytes too', () => {
  const cache = new TokenCache({ tokens: 1_000, bytes: 10_000 });
  const names = Array.from({ length: 100 }, (_, i) => `t${i}`);
  for (const name of names) cache.set(name, entries(3_000));
  assert.ok(cached(cache, names).length <= 8);
  cache.set('t0', entries(20_000));
  assert.notEqual(cache.get('t0'), undefined);
});

test('TokenCache gives what was set last, and nothing for a token without keys', () => {
  const cache = new TokenCache({ tokens: 2, bytes: 1_000_000 });
  const [first, second] = [entries(), entries()];
  cache.set('t', first);
  cache.set('a', entries());
  cache.set('b', entries());
  cache.set('t', second);
  assert.equal(cache.get('t'), second);
  cache.set('t', NO_ENTRIES);
  assert.equal(cache.get('t'), undefined);
  for (let i = 0; i < 10; i++) cache.set(`absent${i}`, NO_ENTRIES);
  assert.deepEqual(cached(cache, ['a', 'b']), ['a', 'b']);
});
