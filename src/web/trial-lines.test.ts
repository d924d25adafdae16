import assert from 'node:assert/strict';
import { test } from 'node:test';
import { discoveryFlags, formatTrialLines } from './trial-lines.ts';

const URL_OF_TOKEN = 'http://10.0.0.9:8087/0123456789abcdef0123456789abcdef';

test('discoveryFlags names the token by its whole URL, over either dialect', () => {
  assert.deepEqual(discoveryFlags('v2', URL_OF_TOKEN), [`--discovery ${URL_OF_TOKEN}`]);
  assert.deepEqual(discoveryFlags('v3', URL_OF_TOKEN), [
    `--discovery-token ${URL_OF_TOKEN}`,
    '--discovery-endpoints http://10.0.0.9:8087',
  ]);
});

test('formatTrialLines starts as many members as the cluster has, and no more than there are ports', () => {
  assert.match(formatTrialLines('v3', URL_OF_TOKEN, 5), /^for n in 1 2 3 4 5; do\n/);
  assert.match(formatTrialLines('v2', URL_OF_TOKEN, 1000), /^for n in 1 2 3 4 5 6 7 8 9; do\n/);
});
