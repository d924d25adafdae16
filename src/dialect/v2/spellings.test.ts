import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listSalts, type SpellingInput } from './spellings.ts';

const T = 'aabbccddeeff00112233445566778899';

function salts(changes: Partial<Omit<SpellingInput, 'requester'>>, ...authorities: string[]): string[] {
  const requester = {
    address: '10.0.0.1',
    connection: undefined,
    scheme: 'http' as const,
    isForwarded: false,
    authorities,
    isAdmin: false,
    lacks: undefined,
  };
  return listSalts({ requester, publicUrl: undefined, token: T, path: `/${T}/id`, query: '', ...changes });
}

test('protocol 1.1, 1.6: the salts are both schemes, with and without a slash, and the bare token', () => {
  assert.deepEqual(salts({}, '127.0.0.1:24627'), [
    `http://127.0.0.1:24627/${T}`,
    `http://127.0.0.1:24627/${T}/`,
    `https://127.0.0.1:24627/${T}`,
    `https://127.0.0.1:24627/${T}/`,
    T,
  ]);
});

test('the salts are those of every name of the service, each as it was sent', () => {
  const listed = salts({ publicUrl: 'https://public.example' }, 'Proxy.Example:443', 'inner:8087');
  assert.equal(listed[0], `https://public.example/${T}`, 'the likeliest comes first');
  assert.ok(listed.includes(`https://Proxy.Example:443/${T}`));
  assert.ok(listed.includes(`http://inner:8087/${T}/`));
  assert.equal(new Set(listed).size, listed.length);
});

test('protocol 1.6, 6.13: the query of the discovery URL rides along, and that of the API does not count', () => {
  const query = 'key=a%2Fb&prevExist=false&x=1';
  const listed = salts({ query }, 'h');
  assert.ok(listed.includes(`http://h/${T}?key=a%2Fb&x=1`));
  assert.ok(listed.includes(`http://h/${T}/?key=a%2Fb&x=1`));
  assert.ok(listed.includes(`http://h/${T}`));
  assert.ok(!listed.some((salt) => salt.includes('prevExist')));
  assert.equal(salts({ query: 'prevExist=false' }, 'h').length, salts({}, 'h').length);
});

for (const [path, folder] of [
  [`/v2/keys/_etcd/registry/${T}/id`, `/v2/keys/_etcd/registry/${T}`],
  [`/${T}/id/`, `/${T}`],
  [`//${T}/id`, `//${T}`],
  [`/${T}/a%2Fb`, `/${T}`],
] as const) {
  test(`protocol 1.1: the salt of a member at ${path} is the path before its id`, () => {
    assert.ok(salts({ path }, 'h').includes(`http://h${folder}`));
  });
}

test('a path of many slashes takes no longer than another one', () => {
  const path = `${'/'.repeat(1_000_000)}${T}/id`;
  assert.equal(salts({ path }, 'h').length, 5);
});

test('a client without a Host header may have used the bare token only', () => {
  assert.deepEqual(salts({}), [T]);
});
