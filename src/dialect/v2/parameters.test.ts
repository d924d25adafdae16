import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RequestError } from './errors.ts';
import { parseForm } from './form.ts';
import { type Parameters, parseParameters } from './parameters.ts';

const NONE: Parameters = {
  recursive: false,
  sorted: false,
  wait: false,
  stream: false,
  dir: false,
  noValueOnSuccess: false,
  waitIndex: undefined,
  ttlSeconds: undefined,
  value: '',
  condition: {},
};

const read = (query: string, method: string = 'GET'): Parameters => parseParameters(parseForm(query), method);

function refusal(query: string, method: string = 'GET'): [code: number, cause: string] {
  try {
    read(query, method);
  } catch (error) {
    if (error instanceof RequestError) return [error.errorCode, error.message];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('parseParameters', () => {
  for (const [what, query, changes] of [
    ['nothing', '', {}],
    ['1.3: etcd 2.0', 'recursive=false', {}],
    ['1.3: etcd 2.1', 'recursive=false&sorted=false', {}],
    ['1.3: etcd 2.2 to 3.6', 'quorum=false&recursive=false&sorted=false', {}],
    ['1.3: a self watch', 'recursive=false&wait=true&waitIndex=6', { wait: true, waitIndex: 6 }],
    [
      '1.3: a folder watch',
      'recursive=true&wait=true&waitIndex=7',
      { recursive: true, wait: true, waitIndex: 7 },
    ],
    ['1.7: etcd 0.4', 'consistent=true&recursive=true&sorted=false', { recursive: true }],
    ['1.6, 6.13: keys of the discovery URL', 'key=a%2Fb&quorum=false&x=1', {}],
    ['2.3: a stream', 'wait=true&stream=true', { wait: true, stream: true }],
    ['2.2: sorted', 'sorted=true', { sorted: true }],
    ['2.3, 6.10: index 0 as "from now"', 'wait=true&waitIndex=0', { wait: true }],
    ['2.1: the first of two values', 'waitIndex=5&waitIndex=x', { waitIndex: 5 }],
    ['the greatest index', 'waitIndex=18446744073709551615', { waitIndex: 2 ** 64 }],
  ] as const) {
    test(`protocol ${what}`, () => assert.deepEqual(read(query), { ...NONE, ...changes }));
  }

  for (const [what, form, changes] of [
    ['1.2: a registration', 'prevExist=false&value=n1', { value: 'n1', condition: { exists: false } }],
    [
      '1.7: a 0.4 machine',
      'ttl=604800&value=http%3A%2F%2Fa%3A1',
      { value: 'http://a:1', ttlSeconds: 604_800 },
    ],
    ['2.2: an update', 'prevExist=true', { condition: { exists: true } }],
    ['2.2: a compare', 'prevValue=a&prevIndex=3', { condition: { value: 'a', revision: 3 } }],
    ['2.2: index 0 as none', 'prevIndex=0', {}],
    ['2.2: an empty ttl as none', 'ttl=', {}],
    ['2.2: ttl 0 as at once', 'ttl=0', { ttlSeconds: 0 }],
    ['2.2: a folder', 'dir=true', { dir: true }],
    ['2.2: an answer without a node', 'noValueOnSuccess=true', { noValueOnSuccess: true }],
    ['2.2: refresh=false as nothing', 'refresh=false', {}],
  ] as const) {
    test(`protocol ${what}`, () => assert.deepEqual(read(form, 'PUT'), { ...NONE, ...changes }));
  }

  for (const name of [
    'recursive',
    'sorted',
    'wait',
    'dir',
    'quorum',
    'stream',
    'noValueOnSuccess',
    'prevExist',
    'refresh',
  ]) {
    test(`protocol 2.1, 2.4: "${name}" is a boolean as Go reads it, else 209`, () => {
      const shown = name === 'prevExist' || name === 'refresh' ? name : `"${name}"`;
      for (const text of ['0', 'f', 'F', 'FALSE', 'false', 'False']) read(`${name}=${text}`);
      if (name !== 'refresh')
        for (const text of ['1', 't', 'T', 'TRUE', 'true', 'True']) read(`${name}=${text}`);
      for (const text of ['', 'yes', 'tRUE', '2', ' 1', 'on']) {
        assert.deepEqual(refusal(`${name}=${text}`), [209, `invalid value for ${shown}`]);
      }
      assert.equal(refusal(name)[0], 209);
    });
  }

  for (const name of ['waitIndex', 'prevIndex']) {
    test(`protocol 2.1, 2.4: "${name}" is an unsigned number, else 203`, () => {
      for (const text of [
        '',
        '-1',
        '+1',
        '1.5',
        'abc',
        '0x1',
        '18446744073709551616',
        '1_0',
        '9'.repeat(5000),
      ]) {
        const query = `${name}=${encodeURIComponent(text)}`;
        assert.deepEqual(refusal(query), [203, `invalid value for "${name}"`]);
      }
    });
  }

  test('protocol 2.1, 2.4: "ttl" is an unsigned number, else 202', () => {
    for (const text of ['-1', '1.5', 'abc', '18446744073709551616']) {
      assert.deepEqual(refusal(`ttl=${text}`, 'PUT'), [202, 'invalid value for "ttl"']);
    }
  });

  test('protocol 2.2, 2.4: an empty prevValue is 201', () => {
    assert.deepEqual(refusal('prevValue=', 'PUT'), [201, '"prevValue" cannot be empty']);
  });

  test('protocol 2.1: only a GET can wait', () => {
    for (const method of ['HEAD', 'PUT', 'DELETE']) {
      assert.deepEqual(refusal('wait=true', method), [209, '"wait" can only be used with GET requests']);
    }
  });

  test('protocol 2.2, 2.4: a refresh is refused, with a value as 211 and without a ttl as 212', () => {
    assert.deepEqual(refusal('refresh=true&value=x&ttl=5', 'PUT'), [
      211,
      'A value was provided on a refresh',
    ]);
    assert.deepEqual(refusal('refresh=true', 'PUT'), [212, 'No TTL value set']);
    assert.equal(refusal('refresh=true&ttl=5', 'PUT')[0], 209);
  });

  test("the first mistake in etcd's order is the one that is told", () => {
    assert.equal(refusal('prevIndex=x&recursive=x&ttl=x', 'PUT')[0], 203);
    assert.equal(refusal('prevValue=&ttl=x&prevExist=x', 'PUT')[0], 201);
    assert.equal(refusal('ttl=x&prevExist=x', 'PUT')[0], 202);
  });
});
