import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from './proxy-environment.ts';

const PROXY = 'http://proxy.example:3128';

function ask(url: string, env: Readonly<Record<string, string>>): string | undefined {
  return proxyFor(new URL(url), env);
}

test('the proxy goes by the scheme, and the variable in capitals comes first', () => {
  assert.equal(ask('http://10.0.0.1:2380', { HTTP_PROXY: PROXY }), PROXY);
  assert.equal(ask('https://10.0.0.1:2380', { HTTP_PROXY: PROXY }), undefined);
  assert.equal(ask('https://10.0.0.1:2380', { https_proxy: PROXY }), PROXY);
  assert.equal(ask('http://10.0.0.1:2380', { HTTP_PROXY: PROXY, http_proxy: 'http://other' }), PROXY);
  assert.equal(ask('http://10.0.0.1:2380', { HTTP_PROXY: 'proxy.example:3128' }), PROXY);
  assert.equal(ask('http://10.0.0.1:2380', {}), undefined);
});

test('no proxy is asked for this machine itself', () => {
  for (const host of ['localhost', '127.0.0.11', '[::1]']) {
    assert.equal(ask(`http://${host}:2380`, { HTTP_PROXY: PROXY }), undefined);
  }
});

for (const [entry, host, isExcluded] of [
  ['*', 'etcd.example', true],
  ['etcd.example', 'etcd.example', true],
  ['etcd.example', 'n1.etcd.example', true],
  ['etcd.example', 'notetcd.example', false],
  ['.etcd.example', 'n1.etcd.example', true],
  ['.etcd.example', 'etcd.example', false],
  ['*.etcd.example', 'n1.etcd.example', true],
  ['N1.example', 'n1.EXAMPLE', true],
  ['etcd.example:2380', 'etcd.example', true],
  ['etcd.example:2379', 'etcd.example', false],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '10.0.0.11', false],
  ['10.0.0.0/8', '10.200.0.1', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['10.0.0.0/8', 'n1.example', false],
  ['10.0.0.0/99', '10.0.0.1', false],
  ['fd00::/8', '[fd00::1]', true],
  ['other, 10.0.0.1', '10.0.0.1', true],
  ['', '10.0.0.1', false],
] as const) {
  test(`NO_PROXY="${entry}" ${isExcluded ? 'leaves' : 'does not leave'} ${host} out`, () => {
    const found = ask(`http://${host}:2380`, { HTTP_PROXY: PROXY, NO_PROXY: entry });
    assert.equal(found, isExcluded ? undefined : PROXY);
  });
}
