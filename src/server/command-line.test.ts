import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import { parseCommandLine } from './command-line.ts';

const KNOWN = new Set(['listen', 'addr', 'a', 'host', 'h', 'm', 'guard']);

function flagsOf(...argv: string[]): string[][] {
  return parseCommandLine(argv, KNOWN).flags.map(({ flag, text, written }) => [flag, text, written]);
}

test('parseCommandLine takes the value behind a flag or behind an equals sign', () => {
  assert.deepEqual(flagsOf('--listen', ':1', '--guard=off'), [
    ['listen', ':1', '--listen'],
    ['guard', 'off', '--guard'],
  ]);
  assert.deepEqual(flagsOf('--host=http://a/?x=1'), [['host', 'http://a/?x=1', '--host']]);
  assert.deepEqual(flagsOf('--listen='), [['listen', '', '--listen']]);
});

test('parseCommandLine takes long flags with one dash and glued short ones, as Go does', () => {
  assert.deepEqual(flagsOf('-addr=:1', '-addr', ':2'), [
    ['addr', ':1', '-addr'],
    ['addr', ':2', '-addr'],
  ]);
  assert.deepEqual(flagsOf('-a', ':1', '-a=:2', '-a:3', '-m168h'), [
    ['a', ':1', '-a'],
    ['a', ':2', '-a'],
    ['a', ':3', '-a'],
    ['m', '168h', '-m'],
  ]);
});

test('parseCommandLine takes -h with a URL for the host and without one for help', () => {
  assert.deepEqual(flagsOf('-h', 'http://a'), [['h', 'http://a', '-h']]);
  assert.deepEqual(flagsOf('-h=https://a'), [['h', 'https://a', '-h']]);
  assert.deepEqual(flagsOf('-hhttps://a/?b=c'), [['h', 'https://a/?b=c', '-h']]);
  for (const argv of [['-h'], ['--help'], ['-help'], ['-h', '--guard=on']]) {
    assert.equal(parseCommandLine(argv, KNOWN).help, true);
  }
  assert.equal(parseCommandLine(['--guard=on'], KNOWN).help, false);
});

test('parseCommandLine refuses unknown flags and says which one was probably meant', () => {
  for (const argv of [['--lisen', ':1'], ['-lisen=:1'], ['--LISTEN', ':1']]) {
    assert.throws(
      () => parseCommandLine(argv, KNOWN),
      (error) =>
        isMusterError(error, 'bad-setting') &&
        /unknown option "--?\w+"/.test(error.message) &&
        (error.remedy?.startsWith('Did you mean --listen?') ?? false),
      argv.join(' '),
    );
  }
  for (const argv of [['--banana'], ['-x'], ['--'], ['--a=:1'], ['---listen', ':1'], ['--=x']]) {
    assert.throws(() => parseCommandLine(argv, KNOWN), /unknown option/, argv.join(' '));
  }
});

test('parseCommandLine refuses a flag without a value and an argument that is no flag', () => {
  for (const argv of [['--listen'], ['--listen', '--guard=on'], ['-a'], ['-a', '-m', '1h']]) {
    assert.throws(() => parseCommandLine(argv, KNOWN), /needs a value/, argv.join(' '));
  }
  for (const argv of [['serve'], ['--guard', 'on', 'off'], [''], ['-']]) {
    assert.throws(() => parseCommandLine(argv, KNOWN), /unexpected argument/, argv.join(' '));
  }
});
