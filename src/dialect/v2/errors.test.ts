import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, MusterError } from '../../errors.ts';
import { formatError, RequestError } from './errors.ts';

const T = '/_etcd/registry/7e7c63d11e3a4274b61db412494faacb';
const KEY = `${T}/e924a8cc55f3a1a0`;

const word = (code: ErrorCode, message: string = 'the sentence', remedy?: string): object =>
  formatError(new MusterError(code, message, remedy === undefined ? {} : { remedy }), KEY);

describe('formatError', () => {
  test('protocol 1.2, 2.4, 6.2: 105 is told as etcd tells it', () => {
    assert.deepEqual(word('key-exists'), {
      status: 412,
      errorCode: 105,
      message: 'Key already exists',
      cause: KEY,
    });
  });

  test('protocol 1.2, 6.2: 100 names the first missing part of the path', () => {
    const message = 'Key not found';
    assert.deepEqual(word('unknown-token'), { status: 404, errorCode: 100, message, cause: T });
    assert.deepEqual(word('unknown-key'), { status: 404, errorCode: 100, message, cause: KEY });
  });

  test('protocol 2.2: 101 says what did not match', () => {
    assert.deepEqual(word('compare-failed', '[1 != 32]'), {
      status: 412,
      errorCode: 101,
      message: 'Compare failed',
      cause: '[1 != 32]',
    });
  });

  test('protocol 6.4: what a person must read stands in message and cause', () => {
    for (const [code, status, errorCode] of [
      ['guard-refused', 403, 150],
      ['member-started', 403, 151],
      ['not-permitted', 403, 152],
      ['limit-exceeded', 403, 153],
      ['duplicate-member', 412, 105],
      ['expired-token', 404, 100],
      ['revoked-token', 404, 100],
    ] as const) {
      assert.deepEqual(word(code, 'the sentence', 'the remedy'), {
        status,
        errorCode,
        message: 'the sentence',
        cause: 'the remedy',
      });
    }
    assert.deepEqual(word('guard-refused'), {
      status: 403,
      errorCode: 150,
      message: 'the sentence',
      cause: KEY,
    });
  });

  test('protocol 1.4, 6.5: what may succeed later is 503, never 429', () => {
    for (const code of ['rate-limited', 'store-unavailable', 'store-closed', 'data-folder'] as const) {
      const { status, errorCode } = formatError(new MusterError(code, 'x'), KEY);
      assert.deepEqual([status, errorCode], [503, 300]);
    }
  });

  test('a fault of ours is told without its text', () => {
    for (const fault of [new TypeError('/secret/path'), 'text', undefined]) {
      const wire = formatError(fault, KEY);
      assert.equal(wire.status, 500);
      assert.ok(!JSON.stringify(wire).includes('secret'));
    }
  });

  test("protocol 2.4: etcd's own codes have etcd's status and words", () => {
    for (const [errorCode, status, message] of [
      [102, 403, 'Not a file'],
      [201, 400, 'PrevValue is Required in POST form'],
      [202, 400, 'The given TTL in POST form is not a number'],
      [203, 400, 'The given index in POST form is not a number'],
      [209, 400, 'Invalid field'],
      [210, 400, 'Invalid POST form'],
      [211, 400, 'Value provided on refresh'],
      [212, 400, 'A TTL must be provided on refresh'],
    ] as const) {
      assert.deepEqual(formatError(new RequestError(errorCode, 'why'), KEY), {
        status,
        errorCode,
        message,
        cause: 'why',
      });
    }
  });

  test('protocol 2.1: only a request that cannot be read is malformed, and so has index 0', () => {
    assert.equal(new RequestError(102, '').isMalformed, false);
    assert.equal(new RequestError(201, '').isMalformed, true);
  });
});
