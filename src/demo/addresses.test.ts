import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { findAddress } from './addresses.ts';

test('findAddress() gives every member a place of its own, and none that somebody has', async () => {
  // The first that it looks at, or one that somebody has already, which is as good.
  const server = createServer();
  const first = await findAddress(77, new Set());
  const { hostname, port } = new URL(first.peerUrl);
  server.listen({ host: hostname, port: Number(port) });
  await once(server, 'listening');
  try {
    const taken = new Set<string>();
    const [one, two] = [await findAddress(77, taken), await findAddress(77, taken)];
    const urls = [first.peerUrl, one.clientUrl, one.peerUrl, two.clientUrl, two.peerUrl];
    assert.equal(new Set(urls).size, urls.length, urls.join(' '));
    assert.deepEqual([...taken], urls.slice(1));
    for (const url of urls) assert.match(url, /^http:\/\/127\.0\.0\.(?:87|1):\d+$/);
  } finally {
    server.close();
  }
});
