import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { openRaw } from '../support/raw-connection.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

let server: WatchedMuster;
let token: string;
before(async () => {
  server = await startWatchedMuster();
  token = await server.newToken();
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

const FORM = 'value=n1%3Dhttp%3A%2F%2F10.0.0.1%3A2380';
const PUT_HEAD = 'Content-Type: application/x-www-form-urlencoded\r\n';

/** What the HTTP parser must not let through. T stands for a token. */
const NO_REQUESTS: Readonly<Record<string, string>> = {
  'a word': 'hello\r\n\r\n',
  'the start of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(600, 'x'),
  'a method that does not exist': 'HACK /T HTTP/1.1\r\nHost: a:1\r\n\r\n',
  'a version that does not exist': 'GET /T HTTP/9.9\r\nHost: a:1\r\n\r\n',
  'two lengths': `PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef`,
  'two equal lengths': `PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde`,
  'a list of lengths': `PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5, 5\r\n\r\nabcde`,
  'a negative length': 'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: -1\r\n\r\n',
  'a length with a sign': 'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: +5\r\n\r\nabcde',
  'a length in hex': 'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 0x5\r\n\r\nabcde',
  'a length beyond 64 bits':
    'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 99999999999999999999\r\n\r\n',
  'a length and chunks':
    'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /new HTTP/1.1\r\nHost: a:1\r\n\r\n',
  'chunks and a length':
    'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /new HTTP/1.1\r\nHost: a:1\r\n\r\n',
  'chunks that are not the last coding':
    'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n',
  'a hidden coding': 'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n',
  'a space before the colon': 'PUT /T/a1 HTTP/1.1\r\nHost: a:1\r\nContent-Length : 5\r\n\r\nabcde',
  'a header without a name': 'GET /T HTTP/1.1\r\nHost: a:1\r\n: x\r\n\r\n',
  'a header without a colon': 'GET /T HTTP/1.1\r\nHost: a:1\r\nbare\r\n\r\n',
  'a NUL byte in a header': 'GET /T HTTP/1.1\r\nHost: a:1\r\nX: a\0b\r\n\r\n',
  'a bare line feed in a header': 'GET /T HTTP/1.1\r\nHost: a:1\r\nX: a\nY: b\r\n\r\n',
  'a bare carriage return in a header': 'GET /T HTTP/1.1\r\nHost: a:1\r\nX: a\rY: b\r\n\r\n',
  'bare line feeds at every end': 'GET /T HTTP/1.1\nHost: a:1\n\n',
  'a header folded over two lines': 'GET /T HTTP/1.1\r\nHost: a:1\r\nTransfer-Encoding:\r\n chunked\r\n\r\n',
  'a NUL byte in the path': 'GET /T/\0 HTTP/1.1\r\nHost: a:1\r\n\r\n',
  'a space in the path': 'GET /T/a b HTTP/1.1\r\nHost: a:1\r\n\r\n',
};
for (const [what, bytes] of Object.entries(NO_REQUESTS)) {
  test(`${what} is no HTTP request, and the connection ends`, async () => {
    using connection = await openRaw(server.port);
    connection.send(bytes.replaceAll('/T', `/${token}`));
    const answer = await connection.answer();
    assert.equal(answer?.status, 400);
    assert.equal(answer?.body, 'not a valid HTTP request\n');
    assert.equal(answer?.headers.get('connection'), 'close');
    assert.equal(await connection.answer(), undefined, 'nothing after it is answered');
  });
}

test('what follows a refused request on its connection is not carried out', async () => {
  const index = async (): Promise<string | undefined> =>
    (await server.get(`/${token}`)).headers.get('x-etcd-index');
  const before = await index();
  using connection = await openRaw(server.port);
  connection.send(
    'POST / HTTP/1.1\r\nHost: a:1\r\nContent-Length: 6\r\nContent-Length: 5\r\n\r\n123456GET /new HTTP/1.1\r\nHost: a:1\r\n\r\n',
  );
  assert.equal((await connection.answer())?.status, 400);
  await connection.closed();
  assert.equal(await index(), before);
});

test('a target with scheme and host is taken as its path, as a proxy sends it', async () => {
  for (const origin of ['http://discovery.invalid', 'HTTPS://discovery.invalid:443']) {
    const answer = await server.send(`GET ${origin}/${token}/_config/size HTTP/1.1\r\nHost: a:1\r\n\r\n`);
    assert.equal(answer.status, 200, answer.body);
  }
  const home = await server.send('GET http://discovery.invalid HTTP/1.1\r\nHost: a:1\r\n\r\n');
  assert.equal(home.status, 200);
});

test('a target of another scheme is an unknown key', async () => {
  const answer = await server.send('GET file:///etc/passwd HTTP/1.1\r\nHost: a:1\r\n\r\n');
  assert.equal(answer.status, 404);
  assert.match(answer.body, /is not a token/);
});

test('CONNECT is refused with a sentence', async () => {
  const answer = await server.send('CONNECT 10.0.0.1:22 HTTP/1.1\r\nHost: 10.0.0.1:22\r\n\r\n');
  assert.equal(answer.status, 405);
  assert.match(answer.body, /CONNECT/);
});

test('an offer to change the protocol is ignored', async () => {
  for (const protocol of ['h2c', 'websocket', 'TLS/1.0']) {
    const headers = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n`;
    const answer = await server.get(`/${token}`, headers);
    assert.equal(answer.status, 200);
    assert.match(answer.body, /"action":"get"/);
  }
});

test('OPTIONS of everything has an answer', async () => {
  assert.ok((await server.send('OPTIONS * HTTP/1.1\r\nHost: a:1\r\n\r\n')).status < 500);
});

test('a URL just below the limit is answered, one over it is refused', async () => {
  const near = await server.get(`/${token}?x=${'y'.repeat(LIMITS.headersMaxBytes - 200)}`);
  assert.equal(near.status, 200);
  for (const bytes of [LIMITS.headersMaxBytes, 40 * LIMITS.headersMaxBytes]) {
    const far = await server.get(`/${token}?x=${'y'.repeat(bytes)}`);
    assert.ok(far.status === 414 || far.status === 431);
    assert.equal(far.body, 'the URL and the headers are over 16384 bytes\n');
  }
});

test('headers over the limit are refused, whether one or many', async () => {
  for (const headers of [
    `X: ${'y'.repeat(LIMITS.headersMaxBytes)}\r\n`,
    Array.from({ length: 2000 }, (_, i) => `X-${i}: yyyyyyyy\r\n`).join(''),
    `Authorization: Bearer ${'y'.repeat(1_000_000)}\r\n`,
  ]) {
    const answer = await server.get(`/${token}`, headers);
    assert.equal(answer.status, 431);
    assert.equal(answer.body, 'the URL and the headers are over 16384 bytes\n');
  }
});

test('headers that never end are cut off', async () => {
  using connection = await openRaw(server.port);
  connection.send(`GET /${token} HTTP/1.1\r\nHost: a:1\r\n`);
  const flood = setInterval(() => connection.send(`X: ${'y'.repeat(1000)}\r\n`), 1);
  try {
    assert.equal((await connection.answer())?.status, 431);
    await connection.closed();
  } finally {
    clearInterval(flood);
  }
});

test('requests that are sent without waiting are taken and answered in their order', async () => {
  const fresh = await server.newToken();
  using connection = await openRaw(server.port);
  const host = `HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`;
  connection.send(
    `GET /robots.txt ${host}\r\n` +
      `PUT /${fresh}/a1?prevExist=false ${host}${PUT_HEAD}Content-Length: ${FORM.length}\r\n\r\n${FORM}` +
      `GET /${fresh}/a1 ${host}\r\n` +
      `HEAD /${fresh} ${host}\r\n`,
  );
  assert.equal((await connection.answer())?.body, 'User-agent: *\nDisallow: /');
  const put = await connection.answer();
  assert.equal(put?.status, 201);
  const get = await connection.answer();
  assert.equal(get?.status, 200, 'what was sent behind the write sees it');
  assert.equal((await connection.answer(false))?.status, 200);
});

test('as many requests as may be sent without waiting are answered', async () => {
  using connection = await openRaw(server.port);
  const count = LIMITS.pipelinedRequestsMax;
  let text = '';
  for (let i = 0; i < count; i++) text += `GET /${token}/a${i} HTTP/1.1\r\nHost: a:1\r\n\r\n`;
  connection.send(text);
  for (let i = 0; i < count; i++) {
    assert.ok((await connection.answer())?.body.includes(`/${token}/a${i}"`));
  }
});

test('a connection that piles up more requests than that is cut', async () => {
  using connection = await openRaw(server.port);
  connection.send(
    `GET /${token}?wait=true HTTP/1.1\r\nHost: a:1\r\n\r\n`.repeat(LIMITS.pipelinedRequestsMax + 1),
  );
  await connection.closed();
  assert.equal(await connection.answer(), undefined);
});

test('a client that has nothing more to send is still answered', async () => {
  const fresh = await server.newToken();
  for (const [request, status] of [
    [`GET /${fresh} HTTP/1.1\r\nHost: a:1\r\n\r\n`, 200],
    ['GET /new HTTP/1.1\r\nHost: a:1\r\n\r\n', 200],
    [
      `PUT /${fresh}/a1 HTTP/1.1\r\nHost: a:1\r\n${PUT_HEAD}Content-Length: ${FORM.length}\r\n\r\n${FORM}`,
      201,
    ],
  ] as const) {
    using connection = await openRaw(server.port);
    connection.socket.end(request);
    assert.equal((await connection.answer())?.status, status, request);
    await connection.closed();
  }
});

test('a connection that is closed without a request is forgotten', async () => {
  for (let i = 0; i < 20; i++) {
    using connection = await openRaw(server.port);
    if (i % 2 === 0) connection.reset();
  }
  await server.assertSound();
});

test('a client that has nothing more to send is answered when its write is durable', async () => {
  await using dir = await createTempDir();
  await using durable = await startWatchedMuster({ store: `lmdb:${dir.path}/data` });
  const fresh = await durable.newToken();
  const put = `PUT /${fresh}/a1 HTTP/1.1\r\nHost: a:1\r\n${PUT_HEAD}Content-Length: ${FORM.length}\r\n\r\n${FORM}`;
  for (const [request, status] of [
    [put, 201],
    ['GET /new HTTP/1.1\r\nHost: a:1\r\n\r\n', 200],
  ] as const) {
    using connection = await openRaw(durable.port);
    connection.socket.end(request);
    assert.equal((await connection.answer())?.status, status, request);
    await connection.closed();
  }
  await durable.assertSound();
});
