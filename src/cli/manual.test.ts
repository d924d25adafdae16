import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseArguments } from './arguments.ts';
import { type Flags, formatManual, type Manual } from './manual.ts';

const FLAGS = {
  name: { value: 'NAME', help: 'what others call it' },
  dialect: { choices: ['v2', 'v3'], help: 'how to speak' },
  json: { help: 'for programs' },
} as const satisfies Flags;

const MANUAL: Manual = {
  usage: ['URL [options]', '--name NAME'],
  about: ['Does what it is told, at length, so that this paragraph does not fit in one line of forty.'],
  flags: FLAGS,
  words: { URL: 'where it is' },
  examples: ['muster try http://127.0.0.1:8087/TOKEN'],
  exitCodes: [
    ['3', 'full'],
    ['129, 130, 143', 'ended by a signal'],
  ],
};

test('formatManual() says all that is declared, within the width of the terminal', () => {
  const write = (): void => {};
  const help = formatManual('try', MANUAL, { stdout: { write, columns: 40 }, env: {} });
  assert.match(help, /^Usage: muster try URL \[options\]\n {7}muster try --name NAME\n\nDoes what/);
  assert.match(help, /\n {2}--name NAME {6}what others call it\n {2}--dialect v2\|v3 {2}how to speak\n/);
  assert.match(help, /\n {2}--json {11}for programs\n {2}URL {14}where it is\n/);
  assert.match(help, /\n\nExample:\n {2}muster try http:/);
  assert.match(help, /\n {2}3 {2}full\n {2}129, 130, 143\n {5}ended by a signal\n$/);
  for (const line of help.split('\n')) assert.ok(line.length <= 40 || line.includes('http:'), line);
});

test('formatManual() makes headings bold on a terminal, unless NO_COLOR is set', () => {
  const stdout = { write: (): void => {}, isTTY: true, columns: 80 };
  assert.ok(formatManual('try', MANUAL, { stdout, env: {} }).includes('\u001b[1mOptions:\u001b[22m'));
  assert.ok(!formatManual('try', MANUAL, { stdout, env: { NO_COLOR: '1' } }).includes('\u001b'));
});

test('parseArguments() tells options from words by what is declared', () => {
  const { values, words, isHelp } = parseArguments(
    'try',
    ['u', '--name=n', '--json', '--dialect', 'v3'],
    FLAGS,
    1,
  );
  assert.deepEqual({ ...values }, { name: 'n', json: true, dialect: 'v3' });
  assert.deepEqual(words, ['u']);
  assert.equal(isHelp, false);
  assert.equal(parseArguments('try', ['-h'], FLAGS, 0).isHelp, true);
});

test('parseArguments() says what is wrong, and what was probably meant', () => {
  const cases: ReadonlyArray<[string[], RegExp, RegExp]> = [
    [['--nmae', 'n'], /unknown option "--nmae"/, /Did you mean --name\? Run "muster try --help"/],
    [['--elsewhere'], /unknown option "--elsewhere"/, /^Run "muster try --help"/],
    [['--dialect', 'v4'], /--dialect "v4" is not one of v2, v3/, /--help/],
    [['--name'], /argument missing/, /--help/],
    [['a', 'b'], /unexpected argument "b"/, /--help/],
  ];
  for (const [args, message, remedy] of cases) {
    assert.throws(() => parseArguments('try', args, FLAGS, 1), { code: 'bad-setting', message, remedy });
  }
});
