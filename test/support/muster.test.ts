import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMuster } from './muster.ts';
import { createTempDir } from './temp-dir.ts';

test('a Muster that was killed comes back on its port with its tokens', { timeout: 60_000 }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster({ store: `lmdb:${dir.path}/data` });
  const discoveryUrl = await (await fetch(`${muster.url}/new?size=3`)).text();
  assert.ok(discoveryUrl.startsWith(`${muster.url}/`), discoveryUrl);

  await muster.kill9();
  await assert.rejects(fetch(discoveryUrl));
  await muster.restart();

  const size = await fetch(`${discoveryUrl}/_config/size`);
  const { node } = (await size.json()) as { node: { value: string } };
  assert.equal(node.value, '3');
  assert.deepEqual(await muster.stop(), { code: 0, signal: null });
});

test('a Muster that cannot start says why at once', { timeout: 60_000 }, async () => {
  await assert.rejects(startMuster({ store: 'nonsense:' }), /nonsense/);
});
