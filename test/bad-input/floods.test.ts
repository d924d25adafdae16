import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { openRaw, type RawAnswer } from '../support/raw-connection.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

/** Reads a key again and again, until `isEnough`; answers the last answer, and how many there were. */
async function flood(
  server: WatchedMuster,
  target: string,
  isEnough: (status: number, count: number) => boolean,
): Promise<{ last: RawAnswer; count: number }> {
  using connection = await openRaw(server.port);
  // More than these at once would be cut.
  const batch = LIMITS.pipelinedRequestsMax;
  const text = `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`.repeat(batch);
  for (let count = 0; ; ) {
    connection.send(text);
    for (let i = 0; i < batch; i++) {
      const last = await connection.answer();
      assert.ok(last);
      if (isEnough(last.status, ++count)) return { last, count };
    }
  }
}

test('/new answers 429 and when to come back; a member may still register and wait', async () => {
  await using server = await startWatchedMuster({ args: ['--new-per-minute', '2'] });
  const token = await server.newToken();
  await server.newToken();
  for (const method of ['GET', 'POST', 'PUT']) {
    const refused = await server.request(method, '/new');
    assert.equal(refused.status, 429);
    assert.match(refused.body, /^too many new tokens from this address: try again in \d+ s\n$/);
    const seconds = Number(refused.headers.get('retry-after'));
    assert.ok(seconds >= 1 && seconds <= 60);
  }
  assert.equal((await server.get('/new?size=0')).status, 400, 'a bad request is told so first');
  assert.equal((await server.register(token, 1)).status, 201);
  assert.equal((await server.get(`/${token}`)).status, 200);
  assert.equal((await server.get('/health')).status, 200);
});

test('a flood of reads is slowed down by 503 and never by 429, and hits neither writes nor another address', async () => {
  await using server = await startWatchedMuster({ args: [] });
  const token = await server.newToken();
  const { last: refused, count } = await flood(server, `/${token}`, (status) => status !== 200);
  assert.ok(count > LIMITS.readsPerMinute, `${count} reads`);
  assert.equal(refused.status, 503);
  assert.match(
    refused.body,
    /"errorCode":300,"message":"too many requests from this address","cause":"etcd tries again by itself"/,
  );
  assert.equal((await server.register(token, 1)).status, 201, 'a write is never slowed down');
  assert.equal((await server.get('/health')).status, 200);
  using other = await openRaw(server.port, { from: '127.0.0.79' });
  other.send(`GET /${token} HTTP/1.1\r\nHost: a:1\r\n\r\n`);
  assert.equal((await other.answer())?.status, 200);
});

test('writes are not limited, as many as they are', async () => {
  await using server = await startWatchedMuster({ args: [] });
  const token = await server.newToken(1000);
  using connection = await openRaw(server.port);
  for (let i = 0; i < 1000; i++) {
    const form = `value=n${i}%3Dhttp%3A%2F%2F10.0.${i >> 8}.${i & 255}%3A2380`;
    connection.send(
      `PUT /${token}/${i.toString(16)}f?prevExist=false HTTP/1.1\r\nHost: a:1\r\n` +
        `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${form.length}\r\n\r\n${form}`,
    );
    assert.equal((await connection.answer())?.status, 201);
  }
});

test('--rate-limit off lifts the limits of tokens, reads and watches', async () => {
  await using server = await startWatchedMuster({
    args: [
      '--rate-limit',
      'off',
      '--new-per-minute',
      '1',
      '--watches-per-token',
      '1',
      '--watches-per-address',
      '1',
    ],
  });
  const token = await server.newToken();
  for (let i = 0; i < 5; i++) await server.newToken();
  const watches = [];
  for (let i = 0; i < 5; i++) watches.push(await server.park(`/${token}?wait=true&recursive=true`));
  await flood(server, `/${token}`, (status, count) => {
    assert.equal(status, 200);
    return count > LIMITS.readsPerMinute + 1000;
  });
  for (const watch of watches) {
    assert.equal(watch.rest, '');
    watch.socket.destroy();
  }
});
