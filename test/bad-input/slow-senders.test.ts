import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import type { ConnectionLimits } from '../../src/server/http-server.ts';
import { type Listener, openListener } from '../../src/server/listener.ts';
import { openRaw, sendRaw } from '../support/raw-connection.ts';

/** Times that a test can wait for; otherwise the listener is the one of the service. */
const SHORT = { headersTimeoutMs: 300, requestTimeoutMs: 600, connectionsPerAddressMax: 1000 };
/** Brings the connections of many. */
const PROXY = '127.0.0.79';
/** A number that a test can reach. */
const FEW = { headersTimeoutMs: 60_000, requestTimeoutMs: 60_000, connectionsPerAddressMax: 5 };

let listener: Listener;
let port: number;
/** Requests whose body came whole. */
let served: string[] = [];

function serve(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === '/held') return;
  req.resume().on('end', () => {
    served.push(req.url ?? '');
    res.end('served');
  });
  req.on('error', () => {});
}

function openWith(limits: ConnectionLimits): Promise<Listener> {
  return openListener({
    host: '127.0.0.1',
    port: 0,
    isGuarded: (address) => address !== PROXY,
    tls: undefined,
    serve,
    serveStream: (stream) => stream.close(),
    onConnectionClosed: () => {},
    limits,
  });
}

function portOf({ url }: Listener): number {
  return Number(new URL(url).port);
}

before(async () => {
  listener = await openWith(SHORT);
  port = portOf(listener);
});
after(() => listener.close(1000));

test('a client that sends nothing is told that it took too long', async () => {
  using connection = await openRaw(port);
  const answer = await connection.answer();
  assert.equal(answer?.status, 408);
  assert.equal(answer?.body, 'the request took too long to arrive\n');
  assert.equal(await connection.answer(), undefined);
});

test('headers that drip in are cut off in time, however steadily they come', async () => {
  using connection = await openRaw(port);
  connection.send('GET / HTTP/1.1\r\nHost: a:1\r\n');
  const drip = setInterval(() => connection.send('X: y\r\n'), 20);
  try {
    assert.equal((await connection.answer())?.status, 408);
  } finally {
    clearInterval(drip);
  }
});

test('a body that drips in is cut off in time, and its request is not carried out', async () => {
  served = [];
  using connection = await openRaw(port);
  connection.send('PUT /slow HTTP/1.1\r\nHost: a:1\r\nContent-Length: 100000\r\n\r\n');
  const drip = setInterval(() => connection.send('x'), 20);
  try {
    assert.equal((await connection.answer())?.status, 408);
  } finally {
    clearInterval(drip);
  }
  await connection.closed();
  assert.deepEqual(served, []);
});

test('a second request that never comes whole is cut off like the first', async () => {
  using connection = await openRaw(port);
  connection.send('GET /one HTTP/1.1\r\nHost: a:1\r\n\r\n');
  assert.equal((await connection.answer())?.status, 200);
  connection.send('GET /two HTTP/1.1\r\nHo');
  assert.equal((await connection.answer())?.status, 408);
});

test('a request that came whole may wait for its answer, and an idle connection for its next request', async () => {
  using held = await openRaw(port);
  held.send('GET /held HTTP/1.1\r\nHost: a:1\r\n\r\n');
  using idle = await openRaw(port);
  idle.send('GET /one HTTP/1.1\r\nHost: a:1\r\n\r\n');
  assert.equal((await idle.answer())?.status, 200);
  // A third connection says when the times of the other two would be over.
  using silent = await openRaw(port);
  assert.equal((await silent.answer())?.status, 408);
  using body = await openRaw(port);
  body.send('PUT /slow HTTP/1.1\r\nHost: a:1\r\nContent-Length: 1\r\n\r\n');
  assert.equal((await body.answer())?.status, 408);
  idle.send('GET /two HTTP/1.1\r\nHost: a:1\r\n\r\n');
  assert.equal((await idle.answer())?.status, 200);
  assert.equal(held.rest, '');
});

test('an address has as many connections as it may, and another one has its own', async (t) => {
  const bounded = await openWith(FEW);
  t.after(() => bounded.close(1000));
  const port = portOf(bounded);
  const count = FEW.connectionsPerAddressMax;
  const from = '127.0.0.78';
  const connections = await Promise.all(Array.from({ length: count }, () => openRaw(port, { from })));
  using refused = await openRaw(port, { from });
  await refused.closed();
  assert.equal(refused.rest, '');
  assert.equal((await sendRaw(port, 'GET / HTTP/1.1\r\nHost: a:1\r\n\r\n'))?.status, 200);
  for (const connection of connections) {
    connection.send('GET / HTTP/1.1\r\nHost: a:1\r\n\r\n');
    assert.equal((await connection.answer())?.status, 200);
  }
  connections[0]?.socket.destroy();
  // The server may learn of the end a moment later: then the first attempts are refused still.
  for (;;) {
    using next = await openRaw(port, { from });
    next.send('GET / HTTP/1.1\r\nHost: a:1\r\n\r\n');
    if ((await next.answer())?.status === 200) break;
  }
  for (const connection of connections) connection.socket.destroy();
});

test('an address that is not guarded may hold more connections', async (t) => {
  const bounded = await openWith(FEW);
  t.after(() => bounded.close(1000));
  const opened = await Promise.all(
    Array.from({ length: 2 * FEW.connectionsPerAddressMax }, () => openRaw(portOf(bounded), { from: PROXY })),
  );
  for (const connection of opened) {
    connection.send('GET / HTTP/1.1\r\nHost: a:1\r\n\r\n');
    assert.equal((await connection.answer())?.status, 200);
    connection.socket.destroy();
  }
});
