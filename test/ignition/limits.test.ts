import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '../../src/ignition/json/parse-json.ts';
import { validateIgnition } from '../../src/ignition/validate.ts';
import { LIMITS } from '../../src/limits.ts';
import { missingPeers } from '../support/peers.ts';
import { judgeAll } from './judges.ts';

/** A document with arrays of that depth in it, below an object. */
const nested = (depth: number): string =>
  `{"ignition": {"version": "3.3.0"}, "x": ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

test('parseJson() reads values as deep in each other as the limit says, and no deeper', () => {
  const { jsonDepthMax } = LIMITS;
  assert(parseJson(nested(jsonDepthMax)).root);
  const { problem } = parseJson(nested(jsonDepthMax + 1));
  assert.match(problem?.message ?? '', /more than 10000 deep/);
  assert(validateIgnition(nested(jsonDepthMax)).isValid);
});

test('Ignition has the same limit of depth', { skip: missingPeers('ignition-2.24') }, () => {
  const { jsonDepthMax } = LIMITS;
  const verdicts = judgeAll('ignition-2.24', [nested(jsonDepthMax), nested(jsonDepthMax + 1)]);
  assert.deepEqual(
    verdicts.map(({ accepted }) => accepted),
    [true, false],
  );
});

test('validateIgnition() lists as many entries as the limit says, counts the rest, and knows what they make', () => {
  const { reportEntriesMax } = LIMITS;
  const keys = (count: number): string =>
    Array.from({ length: count }, (_, index) => `"x${index}": 1`).join(', ');
  const document = (count: number, path: string): string =>
    `{"ignition": {"version": "3.3.0"}, ${keys(count)}, "storage": {"files": [{"path": "${path}"}]}}`;

  const full = validateIgnition(document(reportEntriesMax, '/a'));
  assert.deepEqual([full.entries.length, full.omitted, full.isValid], [reportEntriesMax, 0, true]);
  const over = validateIgnition(document(reportEntriesMax + 1, '/a'));
  assert.deepEqual([over.entries.length, over.omitted, over.isValid], [reportEntriesMax, 1, true]);
  // The error comes behind all that is listed, and still counts.
  const wrong = validateIgnition(document(reportEntriesMax + 1, 'a'));
  assert.deepEqual([wrong.entries.length, wrong.omitted, wrong.isValid], [reportEntriesMax, 2, false]);
});
