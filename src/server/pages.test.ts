import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MusterError } from '../errors.ts';
import { parsePageName, readHealth } from './pages.ts';

const fails = (error: Error): { assertHealthy: () => Promise<void> } => ({
  assertHealthy: () => Promise.reject(error),
});

test('readiness asks the store, and says why it is not ready', async () => {
  assert.deepEqual(await readHealth('health', { assertHealthy: () => Promise.resolve() }), {
    status: 200,
    text: 'OK',
  });
  const full = fails(
    new MusterError('store-unavailable', 'the disk of the store is full', { remedy: 'Make room.' }),
  );
  assert.deepEqual(await readHealth('health', full), {
    status: 503,
    text: 'the disk of the store is full\n',
  });
  assert.deepEqual(await readHealth('health', fails(new Error('/secret/path'))), {
    status: 503,
    text: 'the store does not answer\n',
  });
});

test('liveness does not ask the store', async () => {
  const assertHealthy = (): Promise<void> => assert.fail('asked');
  assert.deepEqual(await readHealth('live', { assertHealthy }), { status: 200, text: 'OK' });
});

test('readiness has two names, liveness one', () => {
  assert.deepEqual(['/health', '/readyz', '/livez', '/healthz', '/livez/'].map(parsePageName), [
    'health',
    'health',
    'live',
    undefined,
    undefined,
  ]);
});
