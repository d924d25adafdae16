import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emphasisFor, formatIndented, textWidth, wrapText } from './terminal.ts';

const write = (): void => {};

test('emphasisFor is bold on a terminal only, and never where NO_COLOR is set', () => {
  const bold = '\u001b[1mx\u001b[22m';
  assert.equal(emphasisFor({ write, isTTY: true }, {})('x'), bold);
  assert.equal(emphasisFor({ write, isTTY: true }, { NO_COLOR: '' })('x'), bold);
  assert.equal(emphasisFor({ write, isTTY: true }, { NO_COLOR: '1' })('x'), 'x');
  assert.equal(emphasisFor({ write, isTTY: true }, { TERM: 'dumb' })('x'), 'x');
  assert.equal(emphasisFor({ write }, {})('x'), 'x');
});

test('textWidth follows the terminal between 40 and 100 characters, and is 80 without one', () => {
  assert.equal(textWidth({ write }), 80);
  assert.deepEqual(
    [10, 40, 72, 100, 300].map((columns) => textWidth({ write, columns })),
    [40, 40, 72, 100, 100],
  );
});

test('wrapText fills lines up to the width and leaves long words whole', () => {
  assert.deepEqual(wrapText('ab cd ef', 5), ['ab cd', 'ef']);
  assert.deepEqual(wrapText('ab cd ef', 4), ['ab', 'cd', 'ef']);
  assert.deepEqual(wrapText('a bcdefgh i', 3), ['a', 'bcdefgh', 'i']);
  assert.deepEqual(wrapText('', 3), ['']);
  assert.equal(formatIndented('ab cd', 2, 6), '  ab\n  cd\n');
});
