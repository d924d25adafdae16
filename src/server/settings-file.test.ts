import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import { parseSettingsFile } from './settings-file.ts';

const KEYS = ['listen', 'guard', 'trust-proxy', 'token-ttl'];

function parse(text: string): unknown {
  return parseSettingsFile({ name: 'm.yaml', text }, KEYS).map(({ key, text: value, line }) => [
    key,
    value,
    line,
  ]);
}

function assertRefused(text: string, message: RegExp): void {
  assert.throws(
    () => parse(text),
    (error) =>
      isMusterError(error, 'bad-setting') && error.remedy !== undefined && message.test(error.message),
    text,
  );
}

test('parseSettingsFile gives each value as it was written, with its line', () => {
  assert.deepEqual(parse('# Muster\nlisten: :8087\n\nguard: off # why\ntoken-ttl: 3600\n'), [
    ['listen', ':8087', 2],
    ['guard', 'off', 4],
    ['token-ttl', '3600', 5],
  ]);
  assert.deepEqual(parse('{listen: "[::1]:1", guard: true}'), [
    ['listen', '[::1]:1', 1],
    ['guard', 'true', 1],
  ]);
  assert.deepEqual(parse('token-ttl: 0x10'), [['token-ttl', '0x10', 1]]);
});

test('parseSettingsFile joins a list with commas', () => {
  assert.deepEqual(parse('trust-proxy:\n  - 10.0.0.7\n  - fd00::/64\n'), [
    ['trust-proxy', '10.0.0.7,fd00::/64', 1],
  ]);
});

test('parseSettingsFile takes an empty file for no settings', () => {
  for (const text of ['', '\n', '# nothing\n', '---\n', 'null']) assert.deepEqual(parse(text), [], text);
});

test('parseSettingsFile refuses unknown keys with line and suggestion', () => {
  assertRefused('guard: on\nlisten-on: :1\n', /^m\.yaml:2: unknown setting "listen-on"$/);
  assert.throws(
    () => parse('lisen: :1'),
    (error) => isMusterError(error) && error.remedy === 'Did you mean listen?',
  );
  assertRefused('1: x', /unknown setting "1"|not valid YAML/);
  assertRefused('? [a, b]\n: x', /m\.yaml:1: (unknown setting|not valid YAML)/);
});

test('parseSettingsFile refuses values that are no single value', () => {
  for (const value of ['', 'null', '{a: b}', '[[a]]', '[]', '""', '[::1]:80']) {
    assertRefused(`guard: on\nlisten: ${value}\n`, /^m\.yaml:[23]: /);
  }
  assertRefused('guard: &a on\nlisten: *a\n', /^m\.yaml:2: listen has no single value$/);
});

test('parseSettingsFile refuses what is no mapping or no YAML, with the line', () => {
  assertRefused('- listen', /not a list of settings/);
  assertRefused('listen', /not a list of settings/);
  assertRefused('listen: :1\nlisten: :2\n', /^m\.yaml:2: not valid YAML/);
  assertRefused('guard: on\nlisten: "x\n', /^m\.yaml:\d: not valid YAML/);
  assertRefused('guard: on\n---\nlisten: :1\n', /not valid YAML/);
  assertRefused('guard: !custom on\n', /not valid YAML/);
});
