import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { LIMITS } from '../../src/limits.ts';
import { openRaw } from '../support/raw-connection.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

let server: WatchedMuster;
before(async () => {
  server = await startWatchedMuster();
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

const VALUE = 'n1=http://10.0.0.1:2380';
const FORM = `value=${encodeURIComponent(VALUE)}`;
const FORM_TYPE = 'Content-Type: application/x-www-form-urlencoded\r\n';

/** A good form that is exactly so long. */
function formOf(bytes: number): string {
  const pad = `${FORM}&pad=`;
  return pad + 'x'.repeat(bytes - pad.length);
}

function put(token: string, headers: string, body: string): string {
  return `PUT /${token}/a1 HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n${headers}\r\n${body}`;
}

async function assertEmpty(token: string): Promise<void> {
  const { body } = await server.get(`/${token}`);
  assert.equal(JSON.parse(body).node.nodes, undefined, 'nothing was registered');
}

function chunked(body: string, chunkBytes: number): string {
  let text = '';
  for (let at = 0; at < body.length; at += chunkBytes) {
    const chunk = body.slice(at, at + chunkBytes);
    text += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

const CHUNKED = 'Transfer-Encoding: chunked\r\n';

for (const [how, send] of [
  ['with its length ahead', (body: string) => [`${FORM_TYPE}Content-Length: ${body.length}\r\n`, body]],
  ['in chunks', (body: string) => [FORM_TYPE + CHUNKED, chunked(body, 1000)]],
  ['in one chunk', (body: string) => [FORM_TYPE + CHUNKED, chunked(body, body.length)]],
] as const) {
  test(`a body of exactly the limit is taken, ${how}`, async () => {
    const token = await server.newToken();
    const [headers = '', body = ''] = send(formOf(LIMITS.bodyMaxBytes));
    assert.equal((await server.send(put(token, headers, body))).status, 201);
  });

  test(`a body over the limit is refused, ${how}`, async () => {
    const token = await server.newToken();
    for (const bytes of [LIMITS.bodyMaxBytes + 1, 10 * LIMITS.bodyMaxBytes]) {
      const [headers = '', body = ''] = send(formOf(bytes));
      const answer = await server.send(put(token, headers, body));
      assert.equal(answer.status, 413);
      assert.match(
        answer.body,
        /"errorCode":210,"message":"Invalid POST form","cause":"the body is over 16384 bytes","index":0/,
      );
    }
    await assertEmpty(token);
  });
}

test('a body that announces more than the limit is refused before it is sent', async () => {
  const token = await server.newToken();
  const headers = `${FORM_TYPE}Content-Length: 999999999999\r\n`;
  const answer = await server.send(put(token, headers, ''));
  assert.equal(answer.status, 413);
});

test('a client that asks before it sends is told to go on, or that it is too much', async () => {
  const token = await server.newToken();
  const expect = 'Expect: 100-continue\r\n';
  using connection = await openRaw(server.port);
  connection.send(put(token, `${FORM_TYPE}${expect}Content-Length: ${FORM.length}\r\n`, ''));
  await connection.received(/^HTTP\/1\.1 100 Continue\r\n/);
  connection.send(FORM);
  assert.equal((await connection.answer())?.status, 201);

  using large = await openRaw(server.port);
  large.send(put(token, `${FORM_TYPE}${expect}Content-Length: 100000\r\n`, ''));
  await large.received(/\r\n\r\n/);
  assert.doesNotMatch(large.rest, / 100 Continue/, 'what is refused is not asked for');
  assert.equal((await large.answer())?.status, 413);
});

test('an expectation that nobody knows is refused with a sentence', async () => {
  const answer = await server.get('/robots.txt', 'Expect: miracles\r\n');
  assert.equal(answer.status, 417);
  assert.match(answer.body, /Expect/);
});

for (const [what, headers] of Object.entries({
  'of another type': 'Content-Type: application/json\r\n',
  'of plain text': 'Content-Type: text/plain\r\n',
  'of several parts': 'Content-Type: multipart/form-data; boundary=x\r\n',
  'without a type': '',
})) {
  test(`a body ${what} is refused, and the type that it must have is named`, async () => {
    const token = await server.newToken();
    const answer = await server.send(put(token, `${headers}Content-Length: ${FORM.length}\r\n`, FORM));
    assert.equal(answer.status, 415);
    assert.match(answer.body, /but the body must be application\/x-www-form-urlencoded/);
    await assertEmpty(token);
  });
}

for (const type of [
  'application/x-www-form-urlencoded; param=value',
  'Application/X-WWW-Form-Urlencoded;charset=utf-8',
]) {
  test(`the type ${type} is a form`, async () => {
    const token = await server.newToken();
    const headers = `Content-Type: ${type}\r\nContent-Length: ${FORM.length}\r\n`;
    assert.equal((await server.send(put(token, headers, FORM))).status, 201);
  });
}

for (const [body, cause] of [
  ['value=%zz', 'invalid URL escape \\"%zz\\"'],
  ['value=%', 'invalid URL escape \\"%\\"'],
  ['value=%ff', 'text is not UTF-8'],
  ['value=\xff', 'the body is not UTF-8'],
  ['value=a;b=c', 'invalid semicolon separator in query'],
] as const) {
  test(`the malformed form ${JSON.stringify(body)} is refused with the reason`, async () => {
    const token = await server.newToken();
    const answer = await server.send(put(token, `${FORM_TYPE}Content-Length: ${body.length}\r\n`, body));
    assert.equal(answer.status, 400);
    assert.ok(
      answer.body.includes(`"errorCode":210,"message":"Invalid POST form","cause":"${cause}"`),
      answer.body,
    );
    await assertEmpty(token);
  });
}

for (const [what, headers] of [
  ['no body', ''],
  ['an empty body', `${FORM_TYPE}Content-Length: 0\r\n`],
] as const) {
  test(`a PUT with ${what} registers nothing, and says what a value is`, async () => {
    const token = await server.newToken();
    const answer = await server.send(put(token, headers, ''));
    assert.equal(answer.status, 403);
    assert.match(answer.body, /the value must be name=peer-URL/);
    await assertEmpty(token);
  });
}

/** A good value that is exactly so long. */
function longValue(bytes: number): string {
  const url = 'http://10.0.0.1:2380';
  return `${'n'.repeat(bytes - url.length - 1)}=${url}`;
}

for (const value of [
  'n%00=http://a:1',
  'n=http://a%00b:1',
  'n%0a=http://a:1',
  'n%c2%9b=http://a:1',
  'n%ef%bf%bd=http://a:1',
]) {
  test(`the value ${value} is refused, since no member could read it`, async () => {
    const token = await server.newToken();
    const answer = await server.request('PUT', `/${token}/a1`, '', `value=${value.replace('=', '%3D')}`);
    assert.equal(answer.status, 403);
    assert.match(
      answer.body,
      /"errorCode":150,"message":"cannot register a value that has control characters/,
    );
    await assertEmpty(token);
  });
}

test('a value comes back byte for byte, also one that begins with a byte order mark', async () => {
  const token = await server.newToken();
  const answer = await server.request(
    'PUT',
    `/${token}/a1`,
    '',
    'value=%EF%BB%BFn%E2%82%AC%3Dhttp%3A%2F%2Fa%3A1',
  );
  assert.equal(answer.status, 201);
  for (const { body } of [answer, await server.get(`/${token}/a1`)]) {
    assert.ok(body.includes('"value":"\ufeffn\u20ac=http://a:1"'), body);
  }
});

test('a value of exactly the limit is taken, one byte more is not', async () => {
  const token = await server.newToken();
  const form = (bytes: number): string => `value=${encodeURIComponent(longValue(bytes))}`;
  const taken = await server.request('PUT', `/${token}/a1`, '', form(LIMITS.valueMaxBytes));
  assert.equal(taken.status, 201, taken.body);
  const refused = await server.request('PUT', `/${token}/a2`, '', form(LIMITS.valueMaxBytes + 1));
  assert.equal(refused.status, 403);
  assert.match(
    refused.body,
    /"message":"the value is over 4096 bytes","cause":"a member registers name=peer-URL/,
  );
  const state = await server.request(
    'PUT',
    `/${token}/_state`,
    '',
    `value=${'x'.repeat(LIMITS.valueMaxBytes + 1)}`,
  );
  assert.equal(state.status, 403);
});

test('a value of exactly the limit may have every byte escaped', async () => {
  const token = await server.newToken();
  const escaped = longValue(LIMITS.valueMaxBytes).replace(/./g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  const answer = await server.request('PUT', `/${token}/a1`, '', `value=${escaped}&prevExist=false`);
  assert.equal(answer.status, 201, answer.body);
});

test('a body that ends before its length registers nothing', async () => {
  const token = await server.newToken();
  using connection = await openRaw(server.port);
  connection.send(put(token, `${FORM_TYPE}Content-Length: ${FORM.length + 10}\r\n`, FORM));
  connection.socket.end();
  const answer = await connection.answer();
  assert.equal(answer?.status, 400);
  assert.match(answer?.body ?? '', /not a valid HTTP request|the body ended early/);
  await connection.closed();
  await assertEmpty(token);
});

test('a body whose client is gone before its end registers nothing', async () => {
  const token = await server.newToken();
  using connection = await openRaw(server.port);
  connection.send(put(token, `${FORM_TYPE}Content-Length: ${FORM.length}\r\n`, FORM.slice(0, -1)));
  connection.reset();
  await connection.closed();
  await server.assertSound();
  await assertEmpty(token);
});

for (const [what, body] of Object.entries({
  'a length that is no number': 'xyz\r\nvalue=1\r\n0\r\n\r\n',
  'a length with a sign': '-5\r\nvalue=1\r\n0\r\n\r\n',
  'a length of many digits': 'fffffffffffffffff\r\nvalue=1\r\n0\r\n\r\n',
  'less than its length': '3\r\nvalue=1\r\n0\r\n\r\n',
})) {
  test(`a chunk with ${what} is no request`, async () => {
    const token = await server.newToken();
    const answer = await server.send(put(token, FORM_TYPE + CHUNKED, body));
    assert.equal(answer.status, 400);
    assert.equal(answer.body, 'not a valid HTTP request\n');
    await assertEmpty(token);
  });
}

test('/new takes its parameters from a form as well, within the same limits', async () => {
  const made = await server.request('POST', '/new', '', 'size=5');
  assert.equal(made.status, 200);
  assert.match((await server.get(`/${made.body.slice(-32)}/_config/size`)).body, /"value":"5"/);
  const large = await server.request('POST', '/new', '', `size=5&pad=${'x'.repeat(LIMITS.bodyMaxBytes)}`);
  assert.equal(large.status, 413);
  assert.equal(large.body, 'the body is over 16384 bytes\n');
  const odd = await server.send(
    `POST /new HTTP/1.1\r\nHost: a:1\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{"size":5}`,
  );
  assert.equal(odd.status, 415);
  assert.match(odd.body, /must be application\/x-www-form-urlencoded/);
});

test('the body of a GET or of a DELETE is not looked at', async () => {
  const token = await server.newToken();
  const body = 'x'.repeat(1000);
  for (const [method, status] of [
    ['GET', 200],
    ['DELETE', 404],
  ] as const) {
    const path = method === 'GET' ? `/${token}` : `/${token}/a1`;
    using connection = await openRaw(server.port);
    const head = `${method} ${path} HTTP/1.1\r\nHost: a:1\r\nContent-Length: ${body.length}\r\n\r\n`;
    connection.send(head + body + head + body);
    assert.equal((await connection.answer())?.status, status);
    assert.equal((await connection.answer())?.status, status);
  }
});
