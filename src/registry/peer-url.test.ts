import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePeerUrl } from './peer-url.ts';

const GOOD: readonly [url: string, host: string, port: string, isLoopback: boolean][] = [
  ['http://10.0.0.1:2380', '10.0.0.1', '2380', false],
  ['https://etcd-1.example:2380', 'etcd-1.example', '2380', false],
  ['HTTP://a:1', 'a', '1', false],
  ['http://a:65535', 'a', '65535', false],
  ['http://user:secret@a:1', 'a', '1', false],
  ['http://localhost:2380', 'localhost', '2380', true],
  ['http://LocalHost:2380', 'LocalHost', '2380', true],
  ['http://db.localhost:2380', 'db.localhost', '2380', true],
  ['http://127.0.0.1:2380', '127.0.0.1', '2380', true],
  ['http://127.255.0.9:2380', '127.255.0.9', '2380', true],
  ['http://128.0.0.1:2380', '128.0.0.1', '2380', false],
  ['http://[::1]:2380', '::1', '2380', true],
  ['http://[::ffff:127.0.0.1]:2380', '::ffff:127.0.0.1', '2380', true],
  ['http://[2001:db8::1]:2380', '2001:db8::1', '2380', false],
  ['http://[fe80::1%25eth0]:2380', 'fe80::1%25eth0', '2380', false],
  ['unix://etcd1:1', 'etcd1', '1', true],
  ['unixs://etcd1:1', 'etcd1', '1', true],
];

for (const [url, host, port, isLoopback] of GOOD) {
  test(`protocol 1.1: parsePeerUrl takes ${url}`, () => {
    assert.deepEqual(parsePeerUrl(url), { url, host, port, isLoopback });
  });
}

const BAD: readonly [url: string, problem: RegExp][] = [
  ['', /scheme/],
  ['10.0.0.1:2380', /scheme/],
  ['ftp://a:1', /scheme/],
  [' http://a:1', /scheme/],
  ['http:a:1', /scheme/],
  ['http://:2380', /host/],
  ['http://', /host/],
  ['http://[]:2380', /host/],
  ['http://[a]:2380', /host/],
  ['http://::1:2380', /host/],
  ['http://a b:2380', /host/],
  ['http://a\n:2380', /host/],
  ['http://a%00b:2380', /host/],
  ['http://a%41:2380', /host/],
  ['http://a', /port/],
  ['http://a:', /port/],
  ['http://a:0', /port/],
  ['http://a:65536', /port/],
  ['http://[::1]', /port/],
  ['http://a:2380/', /after the port/],
  ['http://a:2380/x', /after the port/],
  ['http://a:2380?x', /after the port/],
  ['http://a:2380#x', /after the port/],
  ['http://0.0.0.0:2380', /every address/],
  ['http://[::]:2380', /every address/],
  ['http://[0:0:0:0:0:0:0:0]:2380', /every address/],
  ['http://[::ffff:0.0.0.0]:2380', /every address/],
];

for (const [url, problem] of BAD) {
  test(`protocol 1.1: parsePeerUrl refuses ${JSON.stringify(url)}`, () => {
    const parsed = parsePeerUrl(url);
    assert.ok('problem' in parsed);
    assert.match(parsed.problem, problem);
    assert.match(parsed.remedy, /--initial-advertise-peer-urls/);
  });
}
