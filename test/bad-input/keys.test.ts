import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

let server: WatchedMuster;
before(async () => {
  // All that it logs at most must be discreet too.
  server = await startWatchedMuster({
    args: ['--rate-limit', 'off', '--log-level', 'trace', '--log-format', 'text'],
  });
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

interface ErrorBody {
  readonly errorCode: number;
  readonly message: string;
  readonly cause: string;
  readonly index: number;
}

function parseError(body: string): ErrorBody {
  return JSON.parse(body) as ErrorBody;
}

const UNISSUED = '0123456789abcdef0123456789abcdef';
const FORM = 'value=n1%3Dhttp%3A%2F%2F10.0.0.1%3A2380';

const NO_TOKENS: Readonly<Record<string, string>> = {
  'too short': '0123456789abcdef0123456789abcde',
  'too long': '0123456789abcdef0123456789abcdef0',
  'in upper case': '0123456789ABCDEF0123456789ABCDEF',
  'of other letters': 'g123456789abcdef0123456789abcdef',
  'with a line feed at its end': '0123456789abcdef0123456789abcdef%0a',
  'behind ..': `../${UNISSUED}`,
  'behind %2e%2e': `%2e%2e/${UNISSUED}`,
  'behind ..%2f': `..%2f${UNISSUED}`,
  'behind a folder': `etc/${UNISSUED}`,
  'with a NUL byte': '0123456789abcdef0123456789abcde%00',
  'of 10 kB': 'a'.repeat(10_240),
};
for (const [what, path] of Object.entries(NO_TOKENS)) {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    test(`${method} of a token ${what} is an unknown key, with the form of a token`, async () => {
      const { status, body } = await server.request(
        method,
        `/${path}/a1`,
        '',
        method === 'PUT' ? FORM : undefined,
      );
      assert.equal(status, 404);
      const error = parseError(body);
      assert.equal(error.errorCode, 100);
      assert.match(error.cause, /is not a token; a discovery URL ends in a token of 32 digits 0-9 and a-f/);
      assert.ok(body.length < 500, 'the answer repeats no long path');
    });
  }
}

for (const path of [
  '',
  '/_config/size',
  '/_config',
  '/_state',
  '/a1',
  '?wait=true',
  '?wait=true&stream=true',
]) {
  test(`GET of a token that was never issued is Key not found: /T${path}`, async () => {
    const { status, body } = await server.get(`/${UNISSUED}${path}`);
    assert.equal(status, 404);
    const { errorCode, message, cause } = parseError(body);
    assert.deepEqual(
      { errorCode, message, cause },
      {
        errorCode: 100,
        message: 'Key not found',
        cause: `/_etcd/registry/${UNISSUED}`,
      },
    );
  });
}

for (const [method, path] of [
  ['PUT', '/a1'],
  ['PUT', '/_state'],
  ['DELETE', '/a1'],
  ['DELETE', '/_state'],
  ['PUT', ''],
  ['PUT', '/_config/size'],
] as const) {
  test(`${method} of a token that was never issued makes nothing: /T${path}`, async () => {
    const { status, body } = await server.request(method, `/${UNISSUED}${path}`, '', FORM);
    assert.equal(status, 404);
    assert.equal(parseError(body).message, 'Key not found');
    assert.equal((await server.get(`/${UNISSUED}`)).status, 404);
  });
}

test('the whole of a path may be escaped, slashes too, as in etcd', async () => {
  const token = await server.newToken();
  assert.equal((await server.get(`%2F${token}%2F_config%2Fsize`.replace('%2F', '/'))).status, 200);
  assert.equal((await server.get(`//${token}//_config/size/`)).status, 200);
});

const BAD_IDS: Readonly<Record<string, string>> = {
  'a NUL byte': '%00',
  'a NUL byte in its middle': 'a%00b',
  'a line feed': 'a%0ab',
  'a carriage return': 'a%0db',
  'an escape character': '%1b[2J',
  'a DEL': '%7f',
  'the replacement character': '%ef%bf%bd',
  'a control character of the second range': '%c2%85',
  'a dot': '.',
  'two dots': '%2e%2e',
  'an underline at its beginning': '_hidden',
  '10 kB': 'a'.repeat(10_240),
  '256 bytes': 'a'.repeat(256),
  '256 bytes in fewer characters': '%c3%a9'.repeat(128),
};
for (const [what, id] of Object.entries(BAD_IDS)) {
  test(`PUT refuses an id of, or with, ${what}`, async () => {
    const token = await server.newToken();
    const { status, body } = await server.request('PUT', `/${token}/${id}`, '', FORM);
    assert.equal(status, 403);
    const error = parseError(body);
    assert.match(error.message, /^cannot register a member under the id/);
    assert.match(error.cause, /1 to 255 bytes, no slash, no control characters, and does not start with "_"/);
    assert.ok(body.length < 1000, 'the answer repeats no long id');
    assert.equal(parseNodes((await server.get(`/${token}`)).body), 0);
    assert.equal((await server.get(`/${token}/${id}`)).status, 404);
  });
}

function parseNodes(body: string): number {
  return (JSON.parse(body).node.nodes ?? []).length;
}

test('PUT takes an id of exactly 255 bytes', async () => {
  const token = await server.newToken();
  const answer = await server.request('PUT', `/${token}/${'a'.repeat(255)}`, '', FORM);
  assert.equal(answer.status, 201, answer.body);
});

for (const [what, id] of Object.entries({
  'a slash': 'a/b',
  'an escaped slash': 'a%2fb',
  'a way out': 'a/../b',
  'the folder of members': 'members/a1',
  'the folder of settings': '_config/token',
  'the notes': '_config/notes/members/a1',
})) {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    test(`${method} of an id with ${what} is an unknown key`, async () => {
      const token = await server.newToken();
      const { status, body } = await server.request(
        method,
        `/${token}/${id}`,
        '',
        method === 'PUT' ? FORM : undefined,
      );
      assert.equal(status, 404);
      assert.match(parseError(body).cause, /a token has no folders of its own/);
    });
  }
}

for (const [what, path] of Object.entries({
  'not UTF-8': '%ff',
  'a cut escape': '%4',
  'a bad escape': '%zz',
})) {
  for (const method of ['GET', 'PUT', 'DELETE']) {
    test(`${method} of a path that is ${what} says so`, async () => {
      const token = await server.newToken();
      const { status, body } = await server.request(
        method,
        `/${token}/${path}`,
        '',
        method === 'PUT' ? FORM : undefined,
      );
      assert.equal(status, 404);
      assert.match(parseError(body).cause, /the path has a bad escape; write % as %25, in UTF-8/);
    });
  }
}

test('bytes above ASCII that are not escaped are refused, not misread', async () => {
  const token = await server.newToken();
  const { status, body } = await server.request('PUT', `/${token}/\u00c3\u00a9`, '', FORM);
  assert.ok(status === 400 || status === 404, body);
  assert.equal(parseNodes((await server.get(`/${token}`)).body), 0);
});

for (const [method, path, allow] of [
  ['POST', '/a1', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ['PATCH', '/a1', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ['TRACE', '/_state', 'GET, HEAD, PUT, DELETE, OPTIONS'],
  ['POST', '', 'GET, HEAD, OPTIONS'],
  ['PROPFIND', '/_config/size', 'GET, HEAD, OPTIONS'],
] as const) {
  test(`${method} of /T${path} does not belong there, and Allow says what does`, async () => {
    const token = await server.newToken();
    const answer = await server.request(method, `/${token}${path}`, '', FORM);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), allow);
    assert.equal(answer.body, `${method} does not belong here; use ${allow}\n`);
  });
}

for (const path of ['/', '/health', '/readyz', '/livez', '/robots.txt']) {
  test(`POST of the page ${path} does not belong there`, async () => {
    const answer = await server.request('POST', path, '', FORM);
    assert.equal(answer.status, 405);
    assert.equal(answer.headers.get('allow'), 'GET, HEAD');
  });
}

for (const [query, errorCode, text] of [
  ['waitIndex=abc', 203, 'invalid value for "waitIndex"'],
  ['waitIndex=-1', 203, 'invalid value for "waitIndex"'],
  ['waitIndex=1.5', 203, 'invalid value for "waitIndex"'],
  ['waitIndex=', 203, 'invalid value for "waitIndex"'],
  ['waitIndex=18446744073709551616', 203, 'invalid value for "waitIndex"'],
  [`waitIndex=${'9'.repeat(2000)}`, 203, 'invalid value for "waitIndex"'],
  ['prevIndex=x', 203, 'invalid value for "prevIndex"'],
  ['wait=maybe', 209, 'invalid value for "wait"'],
  ['recursive=', 209, 'invalid value for "recursive"'],
  ['recursive=%ff', 210, 'text is not UTF-8'],
  ['recursive=%', 210, 'invalid URL escape "%"'],
] as const) {
  test(`GET refuses the query ${query.slice(0, 60)} in etcd's words`, async () => {
    const token = await server.newToken();
    const { status, body } = await server.get(
      `/${token}?wait=true&${query}`.replace('wait=true&wait=', 'wait='),
    );
    assert.equal(status, 400);
    const error = parseError(body);
    assert.deepEqual([error.errorCode, error.cause, error.index], [errorCode, text, 0]);
  });
}

for (const method of ['PUT', 'DELETE', 'HEAD']) {
  test(`${method} cannot wait, and changes nothing`, async () => {
    const token = await server.newToken();
    const { status, body } = await server.request(
      method,
      `/${token}/a1?wait=true`,
      '',
      method === 'PUT' ? FORM : undefined,
    );
    assert.equal(status, 400);
    if (method !== 'HEAD') assert.match(parseError(body).cause, /"wait" can only be used with GET requests/);
    assert.equal(parseNodes((await server.get(`/${token}`)).body), 0);
  });
}

for (const [ttl, status] of [
  ['-1', 400],
  ['x', 400],
  ['1.5', 400],
  ['18446744073709551616', 400],
  ['18446744073709551615', 201],
  ['', 201],
] as const) {
  test(`PUT answers ${status} to the ttl "${ttl}"`, async () => {
    const token = await server.newToken();
    const answer = await server.request('PUT', `/${token}/a1`, '', `${FORM}&ttl=${ttl}`);
    assert.equal(answer.status, status, answer.body);
    if (status === 400) assert.equal(parseError(answer.body).errorCode, 202);
  });
}
