import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import {
  durationBetween,
  formatDuration,
  formatHostPort,
  oneOf,
  parseEtcdPrefix,
  parseFileName,
  parseHostPort,
  parseMetricsChoice,
  parsePublicUrl,
  parseStoreChoice,
  parseSwitch,
  parseTokenTtl,
  parseTrustedProxies,
  wholeNumberBetween,
} from './setting-values.ts';

/** Asserts that each text is refused as a bad setting, with a remedy. */
function assertRefused(parse: (text: string) => unknown, texts: readonly string[], problem?: RegExp): void {
  for (const text of texts) {
    assert.throws(
      () => parse(text),
      (error) =>
        isMusterError(error, 'bad-setting') &&
        error.remedy !== undefined &&
        (problem?.test(error.message) ?? true),
      JSON.stringify(text),
    );
  }
}

test('parseHostPort takes every form of an address to listen on', () => {
  assert.deepEqual(parseHostPort('127.0.0.1:8087'), { host: '127.0.0.1', port: 8087 });
  assert.deepEqual(parseHostPort('[::1]:8087'), { host: '::1', port: 8087 });
  assert.deepEqual(parseHostPort('discovery.example.com:80'), { host: 'discovery.example.com', port: 80 });
  assert.deepEqual(parseHostPort(':8087'), { host: '', port: 8087 });
  assert.deepEqual(parseHostPort('*:8087'), { host: '', port: 8087 });
  assert.deepEqual(parseHostPort('8087'), { host: '127.0.0.1', port: 8087 });
  assert.deepEqual(parseHostPort('localhost:0'), { host: 'localhost', port: 0 });
  assert.deepEqual(parseHostPort(':65535'), { host: '', port: 65535 });
});

test('parseHostPort refuses what is no address with a port', () => {
  assertRefused(parseHostPort, ['127.0.0.1', '::1'], /without a port/);
  assertRefused(parseHostPort, [':65536', '99999'], /above 65535/);
  assertRefused(parseHostPort, [
    '',
    ':',
    'localhost:',
    '::1:80',
    '[::1]',
    '[::1:80',
    ':-1',
    ':8o',
    ':100000',
    'a b:1',
  ]);
  assertRefused(parseHostPort, ['[127.0.0.1]:80', '[]:80', '[x]:80'], /brackets/);
  assertRefused(parseHostPort, ['256.0.0.1:80', '1.2.3:80', '-a:80', 'a-:80', 'http://a:80']);
});

test('formatHostPort writes what parseHostPort reads', () => {
  for (const text of ['127.0.0.1:8087', '[::1]:8087', ':8087', 'a.example:1']) {
    assert.equal(formatHostPort(parseHostPort(text)), text);
  }
});

test('parsePublicUrl keeps the spelling and cuts trailing slashes only', () => {
  assert.equal(parsePublicUrl('https://discovery.example.com'), 'https://discovery.example.com');
  assert.equal(parsePublicUrl('http://Muster.Example:80/'), 'http://Muster.Example:80');
  assert.equal(parsePublicUrl('https://a:443//'), 'https://a:443');
  assert.equal(parsePublicUrl('http://[fd00::1]:8087'), 'http://[fd00::1]:8087');
});

test('parsePublicUrl refuses everything that clients would drop or Muster does not serve', () => {
  assertRefused(parsePublicUrl, ['http://a/prefix', 'http://a/prefix/', 'http://a//b'], /path/);
  assertRefused(parsePublicUrl, ['http://a?x=1', 'http://a/?x=1'], /query/);
  assertRefused(parsePublicUrl, ['http://a#x', 'http://a/#x'], /fragment/);
  assertRefused(parsePublicUrl, ['http://u:p@a', 'http://u@a'], /user name/);
  assertRefused(parsePublicUrl, ['ftp://a', 'HTTP://a', 'unix://a'], /begin with/);
  assertRefused(parsePublicUrl, ['', 'a', 'a:80', '/x', 'http:a', 'http:/a'], /not a URL/);
  assertRefused(parsePublicUrl, [
    'http://',
    'http://a:',
    'http://a:65536',
    'http://a b',
    'http://a\n',
    'http://ü.de',
  ]);
  assertRefused(parsePublicUrl, ['http://[fe80::1%25eth0]', 'http://[::1', 'http://a%41', 'http://a\\b']);
  assertRefused(
    parsePublicUrl,
    ['http://0.0.0.0:8087', 'http://[::]:8087', 'http://0:80'],
    /no other machine/,
  );
});

test('parseStoreChoice names the stores of this version', () => {
  assert.deepEqual(parseStoreChoice('lmdb:/var/lib/muster'), { kind: 'lmdb', folder: '/var/lib/muster' });
  assert.deepEqual(parseStoreChoice('lmdb:a:b'), { kind: 'lmdb', folder: 'a:b' });
  assert.deepEqual(parseStoreChoice('memory:'), { kind: 'memory' });
  assert.deepEqual(parseStoreChoice('memory'), { kind: 'memory' });
  assert.deepEqual(parseStoreChoice('etcd:http://10.0.0.1:2379'), {
    kind: 'etcd',
    endpoints: ['http://10.0.0.1:2379'],
  });
  assert.deepEqual(parseStoreChoice('etcd:https://a:2379/, https://[::1]:2379,https://a:2379'), {
    kind: 'etcd',
    endpoints: ['https://a:2379', 'https://[::1]:2379'],
  });
  assertRefused(parseStoreChoice, ['etcd:', 'etcd', 'etcd: '], /names no member/);
  assertRefused(parseStoreChoice, ['etcd:10.0.0.1:2379', 'etcd:ftp://a', 'etcd:http://a,'], /no http/);
  assertRefused(parseStoreChoice, ['etcd:http://a/v2', 'etcd:http://u:p@a'], /more than a scheme/);
  assertRefused(parseStoreChoice, ['etcd:http://a,https://b'], /mixes/);
  assertRefused(parseStoreChoice, ['lmdb:', 'lmdb'], /no folder/);
  assertRefused(parseStoreChoice, ['', 'sqlite:x', '/var/lib/muster', 'memory:x', 'lmdb:a\0b']);
});

test('parseEtcdPrefix takes a path without a slash at its end', () => {
  assert.equal(parseEtcdPrefix('/discovery'), '/discovery');
  assert.equal(parseEtcdPrefix('/a/b'), '/a/b');
  assertRefused(parseEtcdPrefix, ['', '/', 'a', '/a/', '/a b', `/${'a'.repeat(201)}`]);
});

test('durations are taken as Go and people write them, up to both limits', () => {
  assert.equal(parseTokenTtl('7d'), 604_800);
  assert.equal(parseTokenTtl('168h'), 604_800);
  assert.equal(parseTokenTtl('168h0m0s'), 604_800);
  assert.equal(parseTokenTtl('1h30m'), 5_400);
  assert.equal(parseTokenTtl('90'), 90);
  assert.equal(parseTokenTtl('60'), 60);
  assert.equal(parseTokenTtl('1m'), 60);
  assert.equal(parseTokenTtl('365d'), 31_536_000);
  assertRefused(parseTokenTtl, ['59', '59s', '0', '0d'], /shorter than 1m/);
  assertRefused(parseTokenTtl, ['366d', '31536001', '999999999999d'], /longer than 365d/);
  assertRefused(
    parseTokenTtl,
    ['', '-1', '1.5h', '7 d', 'd', '1w', '7D', '1h30', '9'.repeat(400), '1e3'],
    /not a duration/,
  );
  assert.equal(durationBetween(1, 300)('1'), 1);
});

test('formatDuration uses the largest unit that fits', () => {
  assert.deepEqual([604_800, 5_400, 60, 61, 0].map(formatDuration), ['7d', '90m', '1m', '61s', '0s']);
});

test('wholeNumberBetween takes both limits and refuses what is beside them', () => {
  const parse = wholeNumberBetween(1, 1000);
  assert.equal(parse('1'), 1);
  assert.equal(parse('1000'), 1000);
  assertRefused(
    parse,
    ['0', '1001', '-1', '1.0', '1e2', '0x10', ' 1', '', 'many', '9'.repeat(400)],
    /within the limits/,
  );
});

test('words and switches come from a closed list', () => {
  assert.equal(oneOf(['open', 'admin'])('admin'), 'admin');
  assertRefused(oneOf(['open', 'admin']), ['', 'Open', 'admin '], /possible words/);
  assert.deepEqual(['on', 'true', 'off', 'false'].map(parseSwitch), [true, true, false, false]);
  assertRefused(parseSwitch, ['', 'ON', '1', 'yes']);
});

test('parseMetricsChoice tells the main port, an address of its own and off apart', () => {
  assert.deepEqual(parseMetricsChoice('main'), { kind: 'main' });
  assert.deepEqual(parseMetricsChoice('off'), { kind: 'off' });
  assert.deepEqual(parseMetricsChoice(':9087'), { kind: 'own', address: { host: '', port: 9087 } });
  assertRefused(parseMetricsChoice, ['on', '', 'localhost']);
});

test('parseFileName takes any path and no empty one', () => {
  assert.equal(parseFileName('./a b'), './a b');
  assertRefused(parseFileName, ['', 'a\0b']);
});

test('parseTrustedProxies takes addresses and ranges', () => {
  assert.deepEqual(parseTrustedProxies('10.0.0.7'), ['10.0.0.7']);
  assert.deepEqual(parseTrustedProxies('10.0.0.0/8, fd00::/64,::1'), ['10.0.0.0/8', 'fd00::/64', '::1']);
  assert.deepEqual(parseTrustedProxies('10.0.0.7/32,::1/128'), ['10.0.0.7/32', '::1/128']);
});

test('parseTrustedProxies never trusts everyone, however it is spelt', () => {
  const everyone = [
    'all',
    '*',
    'any',
    'true',
    'ALL',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.1,*',
    '0.0.0.0/00',
    '128.0.0.0/1',
    '::/7',
  ];
  assertRefused(parseTrustedProxies, everyone, /trust every sender/);
});

test('parseTrustedProxies refuses what is neither an address nor a range', () => {
  assertRefused(
    parseTrustedProxies,
    [
      '',
      '10.0.0.1,',
      'proxy',
      '10.0.0.0/33',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/x',
      '10.0.0.0/8/8',
      'fe80::1%eth0',
    ],
    /neither an address nor a CIDR range/,
  );
});
