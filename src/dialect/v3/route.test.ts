import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../../errors.ts';
import { includesKey, keyOf, parseRoute } from './route.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const parse = (key: string, end = ''): ReturnType<typeof parseRoute> => parseRoute(bytes(key), bytes(end));
const BASE = `/_etcd/registry/${TOKEN}`;

test('parseRoute takes a key below a bare token', () => {
  const route = parse(`${BASE}/_config/size`);
  assert.equal(route.token, TOKEN);
  assert.equal(route.spelling, TOKEN);
  assert.equal(keyOf(route), '_config/size');
  assert.ok(includesKey(route, '_config/size'));
  assert.ok(!includesKey(route, '_config/sizes'));
});

test('parseRoute takes a key below a discovery URL as etcd cleans it', () => {
  for (const url of ['http:/127.0.0.1:8087', 'https:/d.example/some/path', 'http:/[::1]:80']) {
    const route = parse(`/_etcd/registry/${url}/${TOKEN}/members/1f`);
    assert.equal(route.token, TOKEN);
    assert.equal(route.prefix, `/_etcd/registry/${url}/${TOKEN}/`);
    assert.equal(keyOf(route), 'members/1f');
  }
  assert.equal(parse(`/_etcd/registry/http:/h/${TOKEN}?key=1/members/1f`).token, TOKEN);
});

test("parseRoute takes the range that etcd's members are listed by, without a slash", () => {
  const route = parse(`${BASE}/members`, `${BASE}/membert`);
  assert.ok(includesKey(route, 'members/1f'));
  assert.ok(!includesKey(route, '_config/size'));
  assert.equal(keyOf(route), undefined);
});

test('parseRoute takes all that begins with a token, and nothing beyond', () => {
  const next = `/_etcd/registry/${TOKEN.slice(0, -1)}g`;
  const route = parse(BASE, next);
  assert.ok(includesKey(route, '_config/size') && includesKey(route, 'members/1'));
  for (const [key, end] of [
    [BASE, `${next}\0`],
    [BASE, '\0'],
    [`${BASE}/members`, '/_etcd/registry/z'],
    ['/_etcd/registry/', '/_etcd/registry0'],
    ['/_etcd/registry/abc/members', ''],
    [`/_etcd/registry/${TOKEN}0/members`, ''],
    ['healthy', ''],
    ['\0', '\0'],
    [`/_etcd/registry/ftp:/h/${TOKEN}/members`, ''],
  ] as const) {
    assert.throws(
      () => parse(key, end),
      (error) => isMusterError(error, 'not-permitted'),
      JSON.stringify([key, end]),
    );
  }
});

test('parseRoute compares keys byte by byte, also where they are no text', () => {
  const route = parse(`${BASE}/members/\xff`, `${BASE}/membert`);
  assert.ok(!includesKey(route, 'members/\u{fffd}'));
  assert.ok(includesKey(parse(`${BASE}/members/`, `${BASE}/membert`), 'members/ü'));
});

test('parseRoute ends soon for a key that is made to be hard', () => {
  assert.throws(() => parse(`/_etcd/registry/http:/${'a/'.repeat(1_000_000)}`));
});

test("parseRoute refuses the key of etcdctl's endpoint health in the words that it takes for health", () => {
  assert.throws(() => parse('health'), /^GrpcError: etcdserver: permission denied$/);
});
