import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRaw, type RawConnection } from '../support/raw-connection.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

const TIMEOUT_SECONDS = 2;
const ARGS = ['--rate-limit', 'off', '--shutdown-timeout', `${TIMEOUT_SECONDS}s`];
const FORM = 'value=n1%3Dhttp%3A%2F%2F10.0.0.1%3A2380';

function start(store = 'memory:'): Promise<WatchedMuster> {
  return startWatchedMuster({ args: ARGS, store });
}

/** Asks the server to stop; it must do so by itself, and say so. */
async function assertStops(server: WatchedMuster): Promise<void> {
  server.muster.program.kill('SIGTERM');
  await assertStopsItself(server);
}

/** The server was asked to stop before. */
async function assertStopsItself(server: WatchedMuster): Promise<void> {
  const { program } = server.muster;
  const timer = setTimeout(() => program.kill('SIGKILL'), TIMEOUT_SECONDS * 1000 + 5000);
  const exit = await program.exited;
  clearTimeout(timer);
  assert.deepEqual(exit, { code: 0, signal: null }, server.muster.log.tail);
  assert.match(server.muster.log.tail, /Muster has stopped/);
}

/** Waits until the server has begun to stop. */
async function waitStopping(server: WatchedMuster): Promise<void> {
  await server.muster.program.waitForLine(/Muster is stopping/);
}

for (const kind of ['memory', 'lmdb'] as const) {
  test(`SIGTERM answers 504 to every watch, in JSON, and frees the ${kind} store`, async () => {
    await using dir = await createTempDir();
    await using server = await start(kind === 'lmdb' ? `lmdb:${dir.path}/data` : 'memory:');
    const token = await server.newToken();
    const watches: RawConnection[] = [];
    for (let i = 0; i < 200; i++)
      watches.push(await server.park(`/${token}?wait=true&recursive=true&waitIndex=9`));
    await assertStops(server);
    for (const watch of watches) {
      const answer = await watch.answer();
      assert.equal(answer?.status, 504);
      assert.equal(answer.headers.get('connection'), 'close');
      assert.match(
        answer.body,
        /^\{"errorCode":300,"message":"Service is stopping","cause":"ask again","index":\d+\}\n$/,
      );
    }
  });
}

test('SIGTERM ends a streaming watch in order', async () => {
  await using server = await start();
  const token = await server.newToken();
  using stream = await server.park(`/${token}?wait=true&recursive=true&stream=true`);
  await stream.received(/\r\n\r\n/);
  await assertStops(server);
  await stream.closed();
  assert.match(stream.rest, /\r\n0\r\n\r\n$/, 'the last chunk says that this is the end');
});

test('SIGTERM does not wait for idle connections', async () => {
  // Longer than anybody waits: what would end at the time limit only does not end.
  await using server = await startWatchedMuster({ args: ['--shutdown-timeout', '300s'] });
  const idle: RawConnection[] = [];
  for (let i = 0; i < 50; i++) {
    const connection = await openRaw(server.port);
    if (i % 2 === 0) {
      connection.send('GET /health HTTP/1.1\r\nHost: a:1\r\n\r\n');
      assert.equal((await connection.answer())?.status, 200);
    }
    idle.push(connection);
  }
  const { program } = server.muster;
  program.kill('SIGTERM');
  for (const connection of idle) await connection.closed();
  await assertStopsItself(server);
});

test('SIGTERM lets a request in progress come to its end', async () => {
  await using dir = await createTempDir();
  const store = `lmdb:${dir.path}/data`;
  let token: string;
  {
    await using server = await start(store);
    token = await server.newToken();
    using connection = await openRaw(server.port);
    connection.send(
      `PUT /${token}/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n${FORM.slice(0, 9)}`,
    );
    // An answer on another connection says that the first bytes are with the server too.
    await server.get('/health');
    server.muster.program.kill('SIGTERM');
    await waitStopping(server);
    connection.send(FORM.slice(9));
    assert.equal((await connection.answer())?.status, 201);
    await assertStopsItself(server);
  }
  await using server = await start(store);
  assert.match((await server.get(`/${token}`)).body, /"value":"n1=/);
});

test('a watch that is asked for while the service stops is answered 504 like the others', async () => {
  await using server = await start();
  const token = await server.newToken();
  using connection = await openRaw(server.port);
  connection.send(
    `PUT /${token}/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n`,
  );
  await server.get('/health');
  server.muster.program.kill('SIGTERM');
  await waitStopping(server);
  connection.send(`${FORM}GET /${token}?wait=true&recursive=true HTTP/1.1\r\nHost: a:1\r\n\r\n`);
  assert.equal((await connection.answer())?.status, 201);
  assert.equal((await connection.answer())?.status, 504);
  await assertStopsItself(server);
});

test('SIGTERM cuts what never ends: half a request, a client that never reads', async () => {
  await using server = await start();
  const token = await server.newToken(1000);
  const value = `${'n'.repeat(3900)}`;
  for (let i = 0; i < 200; i++) {
    const form = `value=${value}${i}%3Dhttp%3A%2F%2F10.0.1.${i}%3A2380`;
    assert.equal((await server.request('PUT', `/${token}/b${i}`, '', form)).status, 201);
  }
  using half = await openRaw(server.port);
  half.send('GET /health HTTP/1.1\r\nHo');
  using body = await openRaw(server.port);
  body.send(`PUT /${token}/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 100\r\n\r\nvalue=`);
  using deaf = await openRaw(server.port);
  deaf.socket.pause();
  deaf.send(`GET /${token} HTTP/1.1\r\nHost: a:1\r\n\r\n`.repeat(60));
  await server.get('/health');
  await assertStops(server);
});

test('a second SIGTERM ends the process at once', async () => {
  await using dir = await createTempDir();
  const server = await startWatchedMuster({
    args: ['--rate-limit', 'off', '--shutdown-timeout', '300s'],
    store: `lmdb:${dir.path}/data`,
  });
  await using muster = server.muster;
  using half = await openRaw(server.port);
  half.send('GET /health HTTP/1.1\r\nHo');
  await server.get('/health');
  muster.program.kill('SIGTERM');
  await waitStopping(server);
  muster.program.kill('SIGTERM');
  const timer = setTimeout(() => muster.program.kill('SIGKILL'), 15_000);
  assert.deepEqual(await muster.program.exited, { code: 143, signal: null });
  clearTimeout(timer);
  server.assertDiscreet();
});
