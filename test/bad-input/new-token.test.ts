import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

let server: WatchedMuster;
before(async () => {
  server = await startWatchedMuster();
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

/** The size that a token was made with, as etcd reads it. */
async function sizeOf(discoveryUrl: string): Promise<string> {
  const { body } = await server.get(`/${discoveryUrl.slice(-32)}/_config/size`);
  return JSON.parse(body).node.value;
}

const BAD_SIZES = ['0', '-1', '1.5', '1e9', 'three', '%205', '+5', '%2B5', '1001', '0x10', '99999999999999'];
for (const size of BAD_SIZES) {
  test(`/new refuses the size ${size} when the token is asked for`, async () => {
    const { status, body } = await server.get(`/new?size=${size}`);
    assert.equal(status, 400);
    assert.match(
      body,
      /^cannot make a token for a cluster of size ".*": size must be a whole number from 1 to 1000/,
    );
  });
}

for (const [query, size] of [
  ['?size=1', '1'],
  ['?size=1000', '1000'],
  ['?size=', '3'],
  ['', '3'],
  ['?size=5&size=0', '5'],
] as const) {
  test(`/new${query} makes a token of size ${size}`, async () => {
    const { status, body } = await server.get(`/new${query}`);
    assert.equal(status, 200);
    assert.match(body, new RegExp(`^http://127\\.0\\.0\\.1:${server.port}/[0-9a-f]{32}$`));
    assert.equal(await sizeOf(body), size);
  });
}

for (const ttl of ['0', '59', '-60', '31536001', '1d', '60.0', '9999999999999']) {
  test(`/new refuses a life of ${ttl} seconds`, async () => {
    const { status, body } = await server.get(`/new?ttl=${ttl}`);
    assert.equal(status, 400);
    assert.match(body, /ttl must be a whole number of seconds from 60 to 31536000/);
    assert.doesNotMatch(body, /NaN/);
  });
}

for (const ttl of ['60', '31536000', '']) {
  test(`/new takes a life of "${ttl}" seconds`, async () => {
    assert.equal((await server.get(`/new?ttl=${ttl}`)).status, 200);
  });
}

/** The index of the store, which every token that is made moves on. */
async function storeIndex(token: string): Promise<string | undefined> {
  return (await server.get(`/${token}`)).headers.get('x-etcd-index');
}

for (const method of ['HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE']) {
  test(`${method} on /new makes no token`, async () => {
    const token = await server.newToken();
    const before = await storeIndex(token);
    const answer = await server.request(method, '/new');
    if (method === 'HEAD' || method === 'OPTIONS') {
      assert.equal(answer.status, 200);
      assert.equal(answer.body, '');
    } else {
      assert.equal(answer.status, 405);
      assert.equal(answer.headers.get('allow'), 'GET, POST, PUT');
      assert.match(answer.body, new RegExp(`^${method} does not belong here; use GET, POST, PUT\n$`));
    }
    assert.equal(await storeIndex(token), before);
  });
}

test('/new says what is wrong with a query that is no form', async () => {
  const bad = await server.get('/new?size=%zz');
  assert.equal(bad.status, 400);
  assert.match(bad.body, /invalid URL escape "%zz"/);
  const semicolon = await server.get('/new?size=3;ttl=60');
  assert.equal(semicolon.status, 400);
  assert.match(semicolon.body, /invalid semicolon separator in query/);
});

for (const host of [
  '',
  'a b',
  'host/path',
  'user@host',
  'host:port',
  'host:99999',
  '127.0.0.1:1:2',
  '[::1',
  'h\u00e9',
  '"><script>',
  'host:',
  '..',
]) {
  test(`/new does not print the Host header "${host}"`, async () => {
    const { status, body } = await server.send(`GET /new HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    assert.equal(status, 400);
    assert.match(body, /Host header/);
    if (host !== '') assert.ok(!body.includes(host), body);
  });
}

test('/new needs a Host header from a client of HTTP/1.0 too, and says so', async () => {
  const { status, body } = await server.send('GET /new HTTP/1.0\r\n\r\n');
  assert.equal(status, 400);
  assert.match(body, /no valid Host header/);
  assert.equal((await server.send('GET /robots.txt HTTP/1.0\r\n\r\n')).status, 200);
});

test('a request of HTTP/1.1 without a Host header, or with two, is told what is missing', async () => {
  const none = await server.send('GET /new HTTP/1.1\r\n\r\n');
  assert.equal(none.status, 400);
  assert.match(none.body, /Host header/);
  const two = await server.send('GET /new HTTP/1.1\r\nHost: a:1\r\nHost: b:2\r\n\r\n');
  assert.equal(two.status, 400);
  assert.match(two.body, /Host header/);
});
