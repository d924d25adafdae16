import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createProxyTrust, findSource } from './source-address.ts';

const TRUST = createProxyTrust(['10.0.0.0/24', '192.168.7.7', 'fd00::/64']);

function addressOf(peer: string | undefined, forwardedFor?: string): string {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return findSource(peer, headers, TRUST).address;
}

test('findSource takes the address of the connection where no proxy is trusted', () => {
  const nobody = createProxyTrust([]);
  const headers = {
    'x-forwarded-for': '1.1.1.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  };
  for (const peer of ['127.0.0.1', '::ffff:127.0.0.1']) {
    assert.deepEqual(findSource(peer, headers, nobody), {
      address: '127.0.0.1',
      isProxied: false,
      forwardedHost: undefined,
      forwardedScheme: undefined,
    });
  }
  assert.equal(findSource(undefined, headers, nobody).address, 'unknown');
});

test('findSource believes nothing that comes from a sender who is no trusted proxy', () => {
  const headers = {
    'x-forwarded-for': '1.1.1.1',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  };
  for (const peer of ['10.0.1.1', '192.168.7.8', 'fd00:0:0:1::1', undefined]) {
    const source = findSource(peer, headers, TRUST);
    assert.equal(source.address, peer ?? 'unknown');
    assert.equal(source.isProxied, false);
    assert.equal(source.forwardedHost, undefined);
    assert.equal(source.forwardedScheme, undefined);
  }
});

test('findSource walks from the right through trusted proxies only', () => {
  assert.equal(addressOf('10.0.0.1', '1.1.1.1'), '1.1.1.1');
  assert.equal(
    addressOf('10.0.0.1', '6.6.6.6, 1.1.1.1'),
    '1.1.1.1',
    'the left end is what the client made up',
  );
  assert.equal(addressOf('10.0.0.1', '6.6.6.6,1.1.1.1, 10.0.0.2,192.168.7.7'), '1.1.1.1');
  assert.equal(addressOf('10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.3');
  assert.equal(addressOf('::ffff:10.0.0.1', '::ffff:1.1.1.1'), '1.1.1.1');
  assert.equal(addressOf('fd00::1', '2001:DB8::1'), '2001:db8::1');
  assert.equal(addressOf('10.0.0.1'), '10.0.0.1');
});

test('findSource takes addresses with ports, as some proxies write them', () => {
  assert.equal(addressOf('10.0.0.1', '1.1.1.1:4711'), '1.1.1.1');
  assert.equal(addressOf('10.0.0.1', '[2001:db8::1]:4711'), '2001:db8::1');
  assert.equal(addressOf('10.0.0.1', '[2001:db8::1]'), '2001:db8::1');
});

test('findSource stops at an entry that is no address', () => {
  for (const entry of [
    '',
    ' ',
    'unknown',
    '_hidden',
    '1.1.1',
    '1.1.1.1.1',
    'evil.example:80',
    '[::1',
    '1.1.1.1:x',
  ]) {
    assert.equal(addressOf('10.0.0.1', `6.6.6.6, ${entry}`), '10.0.0.1', entry);
    assert.equal(addressOf('10.0.0.1', `6.6.6.6, ${entry}, 10.0.0.2`), '10.0.0.2', entry);
  }
});

test('findSource is quick with a header full of trusted addresses', () => {
  assert.equal(addressOf('10.0.0.1', `1.1.1.1${',10.0.0.2'.repeat(1800)}`), '1.1.1.1');
});

test('findSource takes host and scheme from a trusted proxy, the last ones written', () => {
  const source = (host: string, proto: string): (string | undefined)[] => {
    const found = findSource('10.0.0.1', { 'x-forwarded-host': host, 'x-forwarded-proto': proto }, TRUST);
    assert.equal(found.isProxied, true);
    return [found.forwardedHost, found.forwardedScheme];
  };
  assert.deepEqual(source('Discovery.Example:443', 'https'), ['Discovery.Example:443', 'https']);
  assert.deepEqual(source('evil.example, d.example', 'http, HTTPS'), ['d.example', 'https']);
  assert.deepEqual(source('[fd00::1]:80', 'http'), ['[fd00::1]:80', 'http']);
  for (const bad of ['', 'a b', 'a/b', 'u@a', 'a:', 'a:123456', '<script>', 'a\r\nb', 'x'.repeat(300)]) {
    assert.equal(source(bad, 'http')[0], undefined, bad);
  }
  for (const bad of ['', 'ftp', 'javascript', 'https:']) assert.equal(source('a', bad)[1], undefined, bad);
});

test('createProxyTrust tells the addresses of a range from those beside it', () => {
  const trust = createProxyTrust(['10.0.0.8/29', '2001:db8::/32']);
  for (const address of ['10.0.0.8', '10.0.0.15', '2001:db8::', '2001:db8:ffff::1']) {
    assert.equal(trust.trusts(address), true, address);
  }
  for (const address of ['10.0.0.7', '10.0.0.16', '2001:db7::', '2001:db9::1', 'unknown', '']) {
    assert.equal(trust.trusts(address), false, address);
  }
});
