import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isToken } from '../registry/token.ts';
import { createTokenSource } from './token-source.ts';

test('createTokenSource makes tokens that are all different, also over the end of its pool', () => {
  const next = createTokenSource();
  const tokens = Array.from({ length: 1000 }, next);
  assert(tokens.every(isToken));
  assert.equal(new Set(tokens).size, tokens.length);
});
