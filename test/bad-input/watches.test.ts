import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { poll } from '../support/poll.ts';
import { openRaw, type RawConnection } from '../support/raw-connection.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

const PER_TOKEN = 100;
const PER_ADDRESS = 150;

let server: WatchedMuster;
before(async () => {
  server = await startWatchedMuster({
    args: [
      '--new-per-minute',
      '1000000',
      '--watches-per-token',
      `${PER_TOKEN}`,
      '--watches-per-address',
      `${PER_ADDRESS}`,
    ],
  });
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

/** Waits until exactly so many watches are held: a second, and some for a busy machine. */
async function waitForWatches(count: number): Promise<void> {
  await poll(`${count} watches`, 3000, async () =>
    (await server.countWatches()) === count ? true : undefined,
  );
}

async function parkMany(count: number, target: string, from?: string): Promise<RawConnection[]> {
  const options = from === undefined ? {} : { from };
  return await Promise.all(Array.from({ length: count }, () => server.park(target, options)));
}

function closeAll(connections: readonly RawConnection[]): void {
  for (const connection of connections) connection.socket.destroy();
}

test('a watch from the past is answered at once, one from the future waits', async () => {
  const token = await server.newToken();
  const first = JSON.parse((await server.register(token, 1)).body).node.createdIndex as number;
  const past = await server.get(`/${token}?wait=true&recursive=true&waitIndex=1`);
  assert.equal(past.status, 200);
  assert.match(past.body, /"action":"create".*"value":"n1=/);

  using future = await server.park(`/${token}?wait=true&recursive=true&waitIndex=${first + 2}`);
  assert.equal((await server.register(token, 2)).status, 201);
  assert.equal((await server.register(token, 3)).status, 201);
  assert.match((await future.answer())?.body ?? '', /"value":"n3=/);
});

for (const index of ['0', '', '18446744073709551615']) {
  test(`a watch with the index "${index}" does not show what is over`, async () => {
    const token = await server.newToken();
    await server.register(token, 1);
    const query = index === '' ? '' : `&waitIndex=${index}`;
    using watch = await server.park(`/${token}?wait=true&recursive=true${query}`);
    await waitForWatches(1);
    assert.equal(watch.rest, '');
    assert.equal((await server.register(token, 2)).status, 201);
    if (index.length < 2) assert.match((await watch.answer())?.body ?? '', /"value":"n2=/);
  });
}

for (const [how, leave] of [
  ['closes its connection', (watch: RawConnection) => watch.socket.destroy()],
  ['resets its connection', (watch: RawConnection) => watch.reset()],
  ['says that it has nothing more to send', (watch: RawConnection) => watch.socket.end()],
] as const) {
  test(`a watch is released when its client ${how}`, async () => {
    const token = await server.newToken();
    const watches = await parkMany(50, `/${token}?wait=true&recursive=true`);
    await waitForWatches(50);
    for (const watch of watches) leave(watch);
    await waitForWatches(0);
    closeAll(watches);
  });
}

for (const stream of ['', '&stream=true']) {
  test(`of watches that were sent ahead on one connection one is held, and released with it${stream}`, async () => {
    const token = await server.newToken();
    using connection = await openRaw(server.port);
    const count = LIMITS.pipelinedRequestsMax;
    connection.send(
      `GET /${token}?wait=true&recursive=true${stream} HTTP/1.1\r\nHost: a:1\r\n\r\n`.repeat(count),
    );
    await waitForWatches(1);
    connection.reset();
    await waitForWatches(0);
  });
}

test('garbage behind a watch ends the connection and is not taken for the answer', async () => {
  const token = await server.newToken();
  using watch = await server.park(`/${token}?wait=true&recursive=true`);
  await waitForWatches(1);
  watch.send('hello\r\n\r\n');
  assert.equal(await watch.answer(), undefined);
  await waitForWatches(0);
});

test('garbage behind a stream does not get into the stream', async () => {
  const token = await server.newToken();
  using watch = await server.park(`/${token}?wait=true&recursive=true&stream=true`);
  await watch.received(/\r\n\r\n/);
  watch.send('hello\r\n\r\n');
  await watch.closed();
  assert.doesNotMatch(watch.rest, /400 Bad Request/);
  await waitForWatches(0);
});

test('as many watches as a token may have are parked, the next one is told to come again', async () => {
  const token = await server.newToken();
  const watches = await parkMany(PER_TOKEN, `/${token}?wait=true&recursive=true`);
  await waitForWatches(PER_TOKEN);
  const refused = await server.get(`/${token}?wait=true`);
  assert.equal(refused.status, 503);
  assert.match(
    refused.body,
    /^\{"errorCode":300,"message":"too many watches are open","cause":"try again later","index":\d+\}\n$/,
  );
  assert.equal((await server.get(`/${token}`)).status, 200, 'plain reads go on');

  assert.equal((await server.register(token, 1)).status, 201);
  for (const watch of watches) assert.equal((await watch.answer())?.status, 200);
  await waitForWatches(0);
  closeAll(watches);
});

test('as many watches as an address may have are parked, and another address is not touched by that', async () => {
  const tokens = await Promise.all([server.newToken(), server.newToken()]);
  const watches: RawConnection[] = [];
  for (const token of tokens) {
    watches.push(...(await parkMany(PER_ADDRESS / 2, `/${token}?wait=true&recursive=true`)));
  }
  await waitForWatches(PER_ADDRESS);
  assert.equal((await server.get(`/${tokens[0]}?wait=true`)).status, 503);
  using other = await server.park(`/${tokens[0]}?wait=true&recursive=true`, { from: '127.0.0.77' });
  await waitForWatches(PER_ADDRESS + 1);
  assert.equal(other.rest, '');
  closeAll(watches);
  await waitForWatches(1);
});

test('a watch on a token that was never issued holds nothing', async () => {
  const unissued = '0123456789abcdef0123456789abcdef';
  for (let i = 0; i < 2 * PER_TOKEN; i++) {
    assert.equal((await server.get(`/${unissued}?wait=true`)).status, 404);
  }
  assert.equal(await server.countWatches(), 0);
});

test('a stream whose client never reads holds a bounded queue, and goes with its client', async () => {
  const token = await server.newToken(1000);
  using watch = await server.park(`/${token}?wait=true&recursive=true&stream=true`);
  watch.socket.pause();
  await waitForWatches(1);
  for (let i = 1; i <= 200; i++) assert.equal((await server.register(token, i)).status, 201);
  watch.reset();
  await waitForWatches(0);
});

test('thousands of watches are parked, and released when their clients are gone', {
  timeout: 60_000,
}, async () => {
  await using busy = await startWatchedMuster({ args: [] });
  const token = await busy.newToken();
  // The most that one token may have unless the operator says otherwise.
  const count = 2048;
  const watches: RawConnection[] = [];
  while (watches.length < count) {
    const target = `/${token}?wait=true&recursive=true`;
    watches.push(...(await Promise.all(Array.from({ length: 128 }, () => busy.park(target)))));
  }
  await poll('all parked', 5000, async () => ((await busy.countWatches()) === count ? true : undefined));
  assert.equal((await busy.get(`/${token}?wait=true`)).status, 503);
  assert.equal((await busy.get('/health')).body, 'OK');
  for (const [i, watch] of watches.entries()) {
    if (i % 2 === 0) watch.reset();
    else watch.socket.destroy();
  }
  await busy.assertSound();
});
