import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatError } from '../../src/dialect/v2/errors.ts';
import { type ErrorCode, MusterError } from '../../src/errors.ts';
import { repositoryRoot } from '../support/repository.ts';
import { readSourceFiles } from './source-files.ts';

const page = readFileSync(`${repositoryRoot}docs/errors.md`, 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| `([a-z-]+)` +\| ([^|]+?) +\|/gm)].map(([, code = '', wire = '']) => [code, wire]),
);
const source = readSourceFiles().find(({ path }) => path === 'errors.ts');
const codes = [...(source?.text ?? '').matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, code = '']) => code);

test('the page of errors has a row for every code, and no other', () => {
  assert(codes.length > 0);
  assert.deepEqual([...rows.keys()].sort(), [...codes].sort());
});

test('the page of errors tells the v2 status and errorCode that are sent', () => {
  for (const code of codes) {
    const [status, errorCode] = rows.get(code)?.match(/\d+/g) ?? [];
    if (status === undefined) continue;
    const wire = formatError(new MusterError(code as ErrorCode, 'message'), '/_etcd/registry/T');
    assert.equal(wire.status, Number(status), code);
    if (errorCode !== undefined) assert.equal(wire.errorCode, Number(errorCode), code);
  }
});
