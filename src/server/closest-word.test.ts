import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closestWord } from './closest-word.ts';

const WORDS = ['listen', 'public-url', 'store', 'cors'];

test('closestWord finds the word behind a missing, wrong, extra or swapped letter', () => {
  for (const typo of ['lisen', 'lixten', 'listten', 'litsen', 'LISTEN', 'listen']) {
    assert.equal(closestWord(typo, WORDS), 'listen', typo);
  }
  assert.equal(closestWord('public_url', WORDS), 'public-url');
});

test('closestWord finds nothing where every word is another one', () => {
  assert.equal(closestWord('banana', WORDS), undefined);
  assert.equal(closestWord('', WORDS), undefined);
  assert.equal(closestWord('listen', []), undefined);
});

test('closestWord is quick with a very long text', () => {
  assert.equal(closestWord('x'.repeat(1_000_000), WORDS), undefined);
});
