import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGrpcMessage } from './status.ts';

test('formatGrpcMessage leaves printable ASCII alone and escapes the rest byte by byte', () => {
  assert.equal(formatGrpcMessage('set --name ("default")'), 'set --name ("default")');
  assert.equal(formatGrpcMessage('100 % grün\n'), '100 %25 gr%C3%BCn%0A');
});
