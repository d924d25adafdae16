import assert from 'node:assert/strict';
import { test } from 'node:test';
import { poll } from '../support/poll.ts';
import type { RawAnswer } from '../support/raw-connection.ts';
import { fillDisk, freeDisk, smallDisk } from '../support/small-disk.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

/** Registers members with values of the most bytes until the disk is full; answers the refusal. */
async function registerUntilRefused(server: WatchedMuster, token: string): Promise<RawAnswer> {
  for (let i = 0; ; i++) {
    const form = `value=${'n'.repeat(4000)}${i}%3Dhttp%3A%2F%2F10.0.1.${i}%3A2380`;
    const answer = await server.request('PUT', `/${token}/b${i}?prevExist=false`, '', form);
    if (answer.status !== 201) return answer;
  }
}

test('a full disk refuses writes so that they are tried again, and nothing else; with room all is well again', async (t) => {
  const disk = smallDisk(t);
  if (disk === undefined) return;
  await using server = await startWatchedMuster({ store: `lmdb:${disk}/data` });
  const token = await server.newToken(1000);
  const other = await server.newToken();
  assert.equal((await server.get('/health')).body, 'OK');

  fillDisk(disk);
  const refused = await registerUntilRefused(server, token);
  assert.equal(refused.status, 503);
  assert.match(
    refused.body,
    /^\{"errorCode":300,"message":"the disk of the store is full","cause":"Make room on it; the store goes on by itself, .*","index":\d+\}\n$/,
  );
  const noToken = await server.get('/new');
  assert.equal(noToken.status, 503);
  assert.equal(noToken.headers.get('retry-after'), '1');
  assert.match(noToken.body, /^the disk of the store is full: Make room on it; the store goes on by itself/);
  const health = await server.get('/health');
  assert.equal(health.status, 503);
  assert.equal(health.body, 'the disk of the store is full\n');
  assert.equal((await server.get('/readyz')).status, 503);
  assert.equal((await server.get('/livez')).status, 200, 'a new start would make no room');

  using watch = await server.park(`/${other}?wait=true&recursive=true`);
  assert.equal((await server.get(`/${token}`)).status, 200);
  assert.equal((await server.get(`/${token}/_config/size`)).status, 200);
  assert.equal(watch.rest, '');

  freeDisk(disk);
  const answer = await poll('health', 5000, async () => {
    const { status, body } = await server.get('/health');
    return status === 200 ? body : undefined;
  });
  assert.equal(answer, 'OK');
  assert.equal((await server.register(other, 1)).status, 201);
  assert.match((await watch.answer())?.body ?? '', /"value":"n1=/);
  assert.equal((await server.get('/new')).status, 200);
});
