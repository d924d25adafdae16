import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startV2, TOKEN, type V2Server } from '../../../test/support/v2-server.ts';
import { LIMITS } from '../../limits.ts';

const DIR = `/_etcd/registry/${TOKEN}`;
const N1 = 'e924a8cc55f3a1a0';
const N1_VALUE = 'value=n1%3Dhttp%3A%2F%2F127.0.0.11%3A2380';
const N1_NODE = `{"key":"${DIR}/${N1}","value":"n1=http://127.0.0.11:2380","modifiedIndex":6,"createdIndex":6}`;
const GET = 'quorum=false&recursive=false&sorted=false';

async function assertAnswer(
  answer: ReturnType<V2Server['ask']>,
  status: number,
  body: string,
  index?: number,
): Promise<void> {
  const { headers, ...rest } = await answer;
  assert.deepEqual(rest, { status, body });
  if (index !== undefined) assert.equal(headers['x-etcd-index'], String(index));
}

const put = (server: V2Server, target: string, form: string): ReturnType<V2Server['ask']> =>
  server.ask('PUT', target, form);

/** Resolves when a watch is held. */
async function parked({ store }: V2Server): Promise<void> {
  while ((await store.stats()).watchers === 0) await new Promise(setImmediate);
}

describe('the v2 dialect, byte for byte', { timeout: 30_000 }, () => {
  test('protocol 1.2: the exchange of the first member', async (t) => {
    const server = await startV2(t);
    const size = `{"action":"get","node":{"key":"${DIR}/_config/size","value":"3","modifiedIndex":5,"createdIndex":5}}\n`;
    await assertAnswer(server.ask('GET', `/${TOKEN}/_config/size?${GET}`), 200, size, 5);
    const empty = `{"action":"get","node":{"key":"${DIR}","dir":true,"modifiedIndex":5,"createdIndex":5}}\n`;
    await assertAnswer(server.ask('GET', `/${TOKEN}?${GET}`), 200, empty, 5);
    const create = `{"action":"create","node":${N1_NODE}}\n`;
    await assertAnswer(put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE), 201, create, 6);
    const self = `/${TOKEN}/${N1}?recursive=false&wait=true&waitIndex=6`;
    await assertAnswer(server.ask('GET', self), 200, create, 6);
    const list = `{"action":"get","node":{"key":"${DIR}","dir":true,"nodes":[${N1_NODE}],"modifiedIndex":5,"createdIndex":5}}\n`;
    for (const path of [`/${TOKEN}`, `/${TOKEN}/`, `//${TOKEN}`, `/v2/keys/_etcd/registry/${TOKEN}`]) {
      assert.equal(
        (await server.ask('GET', `${path}?${GET}`)).body,
        list,
        'protocol 1.6, 6.12: without a redirect',
      );
    }
    assert.deepEqual(server.faults, []);
  });

  test('protocol 1.2, 1.5, 2.3: a folder watch is held until the next member, and has the index of its start', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    const held = server.ask('GET', `/${TOKEN}?recursive=true&wait=true&waitIndex=7`);
    await parked(server);
    await put(server, `/${TOKEN}/_state`, 'value=x');
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    await put(server, `/${TOKEN}/ca9ccb2e68c16058?prevExist=false`, 'value=n2%3Dhttp://127.0.0.12:2380');
    const event = `{"action":"create","node":{"key":"${DIR}/ca9ccb2e68c16058","value":"n2=http://127.0.0.12:2380","modifiedIndex":8,"createdIndex":8}}\n`;
    await assertAnswer(held, 200, event, 6);
    const replayed = server.ask('GET', `/${TOKEN}?recursive=true&wait=true&waitIndex=7`);
    await assertAnswer(replayed, 200, event, 8);
  });

  test('protocol 1.2, 6.2: the refusals that a client reads', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    await put(server, `/${TOKEN}/_state?prevExist=false`, 'value=started');
    const state = `{"errorCode":105,"message":"Key already exists","cause":"${DIR}/_state","index":7}\n`;
    await assertAnswer(put(server, `/${TOKEN}/_state?prevExist=false`, 'value=started'), 412, state, 7);
    const unknown = '/0123456789abcdef0123456789abcdef';
    const missing = `{"errorCode":100,"message":"Key not found","cause":"/_etcd/registry${unknown}","index":7}\n`;
    for (const path of ['', '/', '/_config/size', '/x']) {
      await assertAnswer(server.ask('GET', `${unknown}${path}`), 404, missing, 7);
    }
    await assertAnswer(put(server, `${unknown}/x`, N1_VALUE), 404, missing, 7);
    await assertAnswer(server.ask('DELETE', `${unknown}/x`), 404, missing, 7);
    await assertAnswer(server.ask('GET', `${unknown}?wait=true`), 404, missing, 7);
    const noKey = `{"errorCode":100,"message":"Key not found","cause":"${DIR}/nobody","index":7}\n`;
    await assertAnswer(server.ask('GET', `/${TOKEN}/nobody`), 404, noKey, 7);
    const other = await put(server, `/${TOKEN}/${N1}`, 'value=n1%3Dhttp://127.0.0.99:2380');
    assert.equal(other.status, 412);
    assert.match(
      other.body,
      /^\{"errorCode":105,"message":"member e924a8cc55f3a1a0 is registered already, with another value","cause":"give /,
    );
  });

  test('protocol 2.1: a malformed request has index 0', async (t) => {
    const server = await startV2(t);
    const bad =
      '{"errorCode":203,"message":"The given index in POST form is not a number","cause":"invalid value for \\"waitIndex\\"","index":0}\n';
    await assertAnswer(server.ask('GET', `/${TOKEN}?waitIndex=x`), 400, bad, 0);
    const badEscape =
      '{"errorCode":210,"message":"Invalid POST form","cause":"invalid URL escape \\"%zz\\"","index":0}\n';
    await assertAnswer(put(server, `/${TOKEN}/x`, 'value=%zz'), 400, badEscape, 0);
    await assertAnswer(server.ask('GET', `/${TOKEN}?a=%zz`), 400, badEscape, 0);
  });

  test('protocol 2.2: a folder is no file, and the size stays', async (t) => {
    const server = await startV2(t);
    const folder = `{"errorCode":102,"message":"Not a file","cause":"${DIR}","index":5}\n`;
    await assertAnswer(put(server, `/${TOKEN}`, N1_VALUE), 403, folder, 5);
    await assertAnswer(server.ask('DELETE', `/${TOKEN}`), 403, folder, 5);
    assert.equal((await put(server, `/${TOKEN}/x?dir=true`, '')).body, folder.replace(DIR, `${DIR}/x`));
    const size = await put(server, `/${TOKEN}/_config/size`, 'value=5');
    assert.equal(size.status, 403);
    assert.match(
      size.body,
      /"errorCode":152,"message":"the cluster size is given when the token is made, and stays"/,
    );
  });

  test('protocol 1.7, 2.2: an etcd 0.4 machine, with its ends', async (t) => {
    const server = await startV2(t);
    const node = (value: string, modified: number, ttl: number, fraction: string): string =>
      `{"key":"${DIR}/z1","value":"${value}","expiration":"2026-01-08T00:00:0${fraction}Z","ttl":${ttl},"modifiedIndex":${modified},"createdIndex":6}`;
    const form = 'ttl=604800&value=http%3A%2F%2Flocalhost%3A17001';
    const first = node('http://localhost:17001', 6, 604_800, '0');
    await assertAnswer(put(server, `//${TOKEN}/z1`, form), 201, `{"action":"set","node":${first}}\n`, 6);
    server.clock.advance(1_200);
    const aged = node('http://localhost:17001', 6, 604_799, '0');
    const second = node('http://localhost:17002', 7, 604_800, '1.2');
    await assertAnswer(
      put(server, `//${TOKEN}/z1`, form.replace('17001', '17002')),
      200,
      `{"action":"set","node":${second},"prevNode":${aged}}\n`,
      7,
    );
    const list = `{"action":"get","node":{"key":"${DIR}","dir":true,"nodes":[${second}],"modifiedIndex":5,"createdIndex":5}}\n`;
    await assertAnswer(
      put(server, `//${TOKEN}/_state?prevExist=false`, 'value=started'),
      201,
      `{"action":"create","node":{"key":"${DIR}/_state","value":"started","modifiedIndex":8,"createdIndex":8}}\n`,
    );
    await assertAnswer(
      server.ask('GET', `//${TOKEN}?consistent=true&recursive=true&sorted=false`),
      200,
      list,
      8,
    );
    await assertAnswer(server.ask('GET', `/${TOKEN}/z1`), 200, `{"action":"get","node":${second}}\n`, 8);
    const watch = server.ask('GET', `/${TOKEN}/z1?wait=true&waitIndex=8`);
    await parked(server);
    server.clock.advance(604_798_900);
    const gone = await watch;
    assert.match(gone.body, /^\{"errorCode":100,"message":"this token expired on 2026-01-08T00:00:00Z"/);
  });

  test('protocol 2.2: an expiry and a removal name what was, without a value', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/z1`, 'ttl=10&value=http://a:1');
    const expiry = server.ask('GET', `/${TOKEN}/z1?wait=true`);
    await parked(server);
    server.clock.advance(10_000);
    await assertAnswer(
      expiry,
      200,
      `{"action":"expire","node":{"key":"${DIR}/z1","modifiedIndex":7,"createdIndex":6},"prevNode":{"key":"${DIR}/z1","value":"http://a:1","expiration":"2026-01-01T00:00:10Z","modifiedIndex":6,"createdIndex":6}}\n`,
      6,
    );
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    const removed = `{"key":"${DIR}/${N1}","modifiedIndex":9,"createdIndex":8}`;
    const prevNode = N1_NODE.replaceAll('6}', '8}').replace('"modifiedIndex":6', '"modifiedIndex":8');
    const watch = server.ask('GET', `/${TOKEN}/${N1}?wait=true&waitIndex=9`);
    await parked(server);
    const event = `"node":${removed},"prevNode":${prevNode}}\n`;
    await assertAnswer(
      server.ask('DELETE', `/${TOKEN}/${N1}?prevIndex=8`),
      200,
      `{"action":"compareAndDelete",${event}`,
      9,
    );
    await assertAnswer(watch, 200, `{"action":"delete",${event}`, 8);
  });

  test('protocol 2.2: conditions, and an answer without a node', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/z1`, 'value=http://a:1');
    const failed = `{"errorCode":101,"message":"Compare failed","cause":"[1 != 6]","index":6}\n`;
    await assertAnswer(put(server, `/${TOKEN}/z1?prevIndex=1`, 'value=http://b:1'), 412, failed, 6);
    const swapped = await put(server, `/${TOKEN}/z1?prevValue=http://a:1`, 'value=http://b:1');
    assert.equal(swapped.status, 200);
    assert.match(swapped.body, /^\{"action":"compareAndSwap","node":.*,"prevNode":/);
    const bare = put(server, `/${TOKEN}/z1?prevExist=true&noValueOnSuccess=true`, 'value=http://c:1');
    await assertAnswer(bare, 200, '{"action":"update"}\n', 8);
    const body = put(server, `/${TOKEN}/z2?prevExist=false`, 'prevExist=true&value=http://d:1');
    assert.equal((await body).status, 404, 'protocol 2.1: the body wins');
  });

  test('rule 4: a repetition is answered as the first time, also with the index of its first node', async (t) => {
    const server = await startV2(t);
    const first = await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    const again = await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    assert.deepEqual([again.status, again.body], [first.status, first.body]);
    const set = await put(server, `/${TOKEN}/${N1}`, N1_VALUE);
    assert.deepEqual([set.status, set.body], [first.status, first.body]);
  });

  test('rule 4: a member whose self watch was answered is known to have its answer', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    await server.ask('GET', `/${TOKEN}/${N1}?recursive=false&wait=true&waitIndex=6`);
    while (server.registry.revision < 7) await new Promise(setImmediate);
    const { content } = await server.registry.read(TOKEN);
    assert.equal(content.members[0]?.note?.told, true);
    await put(server, `/${TOKEN}/b?prevExist=false`, 'value=n2%3Dhttp://127.0.0.12:2380');
    await put(server, `/${TOKEN}/c?prevExist=false`, 'value=n3%3Dhttp://127.0.0.13:2380');
    const wiped = await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    assert.equal(wiped.status, 403);
    assert.match(wiped.body, /"errorCode":151,.*etcdctl member remove e924a8cc55f3a1a0/);
    assert.deepEqual(server.faults, []);
  });

  test('protocol 2.2: & < > are escaped as Go escapes them', async (t) => {
    const server = await startV2(t);
    const { body } = await put(server, `/${TOKEN}/_state`, `value=${encodeURIComponent('<a>&"\u2028é\n')}`);
    assert.ok(body.includes('"value":"\\u003ca\\u003e\\u0026\\"\\u2028é\\n"'), body);
  });

  test('protocol 3.1: /_config lists the size alone, and settings of Muster are not there', async (t) => {
    const server = await startV2(t);
    const size = `{"key":"${DIR}/_config/size","value":"3","modifiedIndex":5,"createdIndex":5}`;
    const folder = `{"action":"get","node":{"key":"${DIR}/_config","dir":true,"nodes":[${size}],"modifiedIndex":5,"createdIndex":5}}\n`;
    await assertAnswer(server.ask('GET', `/${TOKEN}/_config`), 200, folder, 5);
    assert.equal((await server.ask('GET', `/${TOKEN}/_config/token`)).status, 404);
    assert.equal((await server.ask('GET', `/${TOKEN}/members`)).status, 404);
  });

  test('protocol 2.3: a watch of the size replays its creation', async (t) => {
    const server = await startV2(t);
    const event = `{"action":"create","node":{"key":"${DIR}/_config/size","value":"3","modifiedIndex":5,"createdIndex":5}}\n`;
    await assertAnswer(server.ask('GET', `/${TOKEN}/_config/size?wait=true&waitIndex=5`), 200, event, 5);
  });

  test('a ttl of more than ten years counts as ten years', async (t) => {
    const server = await startV2(t);
    for (const [id, given] of [
      ['a', LIMITS.keyTtlMaxSeconds - 1],
      ['b', LIMITS.keyTtlMaxSeconds],
      ['c', LIMITS.keyTtlMaxSeconds + 1],
    ] as const) {
      const { body } = await put(
        server,
        `/${TOKEN}/${id}`,
        `ttl=${given}&value=n${id}=http://10.0.0.1:2${id.charCodeAt(0)}`,
      );
      const { ttl } = (JSON.parse(body) as { node: { ttl: number } }).node;
      assert.equal(ttl, Math.min(given, LIMITS.keyTtlMaxSeconds), id);
    }
  });

  test('protocol 2.2: sorted=true sorts by key', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/b`, 'value=http://b:1');
    await put(server, `/${TOKEN}/a`, 'value=http://a:1');
    const keysOf = async (query: string): Promise<string[]> => {
      const { body } = await server.ask('GET', `/${TOKEN}?${query}`);
      return (JSON.parse(body) as { node: { nodes: { key: string }[] } }).node.nodes.map(({ key }) =>
        key.slice(-1),
      );
    };
    assert.deepEqual(await keysOf('sorted=false'), ['b', 'a']);
    assert.deepEqual(await keysOf('sorted=true'), ['a', 'b']);
  });

  test('protocol 3.1, 6.18: /new answers a URL without a line feed, and HEAD and OPTIONS make none', async (t) => {
    const server = await startV2(t, { publicUrl: 'https://d.example' });
    await assertAnswer(server.ask('GET', '/new?size=3'), 200, `https://d.example/${'4'.padStart(32, '0')}`);
    await assertAnswer(
      server.ask('POST', '/new', 'size=1'),
      200,
      `https://d.example/${'5'.padStart(32, '0')}`,
    );
    const before = server.registry.revision;
    for (const method of ['HEAD', 'OPTIONS']) assert.equal((await server.ask(method, '/new')).body, '');
    for (const size of ['0', '-1', '1001', 'abc']) {
      assert.equal((await server.ask('GET', `/new?size=${size}`)).status, 400);
    }
    for (const ttl of ['59', 'abc', '-1', '99999999999']) {
      assert.equal((await server.ask('GET', `/new?ttl=${ttl}`)).status, 400);
    }
    assert.equal(server.registry.revision, before);
  });
});

describe('a v2 watch', { timeout: 30_000 }, () => {
  test('protocol 6.6: is ended with 504 when the service stops, also one that begins then', async (t) => {
    const server = await startV2(t);
    const held = server.ask('GET', `/${TOKEN}?recursive=true&wait=true`);
    await parked(server);
    server.stopping.abort();
    assert.equal((await held).status, 504);
    assert.equal((await server.ask('GET', `/${TOKEN}?recursive=true&wait=true`)).status, 504);
  });

  test('leaves nothing behind when its client goes', async (t) => {
    let open = 0;
    const openWatch = (): (() => void) => {
      open += 1;
      return () => {
        open -= 1;
      };
    };
    const floodGate = { takeNew: () => undefined, takeRead: () => undefined, openWatch };
    const server = await startV2(t, { floodGate });
    const abort = new AbortController();
    const held = server.ask('GET', `/${TOKEN}?recursive=true&wait=true`, undefined, abort.signal);
    await parked(server);
    assert.equal(open, 1);
    abort.abort();
    await assert.rejects(held);
    while ((await server.store.stats()).watchers > 0 || open > 0) await new Promise(setImmediate);
    assert.deepEqual(server.faults, []);
  });

  test('tells who waits that the token was revoked', async (t) => {
    const server = await startV2(t);
    const held = server.ask('GET', `/${TOKEN}?recursive=true&wait=true`);
    await parked(server);
    await server.registry.revoke(TOKEN, { isAdmin: true, secret: undefined });
    const { status, body } = await held;
    assert.equal(status, 404);
    assert.match(body, /^\{"errorCode":100,"message":"this token was revoked on 2026-01-01T00:00:00Z"/);
  });

  test('protocol 2.3: of a folder that is not recursive sees no member', async (t) => {
    const server = await startV2(t);
    const held = server.ask('GET', `/${TOKEN}?wait=true&waitIndex=1`);
    await parked(server);
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    server.stopping.abort();
    assert.equal((await held).status, 504);
  });

  test('protocol 1.5, 6.17: of the folder shows no rewrite, no removal and no expiry', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/z1`, 'ttl=10&value=http://a:1');
    const held = server.ask('GET', `/${TOKEN}?recursive=true&wait=true&waitIndex=7`);
    await parked(server);
    await put(server, `/${TOKEN}/z1`, 'ttl=10&value=http://b:1');
    server.clock.advance(10_000);
    await put(server, `/${TOKEN}/z2`, 'value=http://c:1');
    await server.ask('DELETE', `/${TOKEN}/z2`);
    await put(server, `/${TOKEN}/z3`, 'value=http://d:1');
    const event = (name: string, value: string, index: number): string =>
      `{"action":"set","node":{"key":"${DIR}/${name}","value":"${value}","modifiedIndex":${index},"createdIndex":${index}}}\n`;
    await assertAnswer(held, 200, event('z2', 'http://c:1', 9), 6);
    const replayed = server.ask('GET', `/${TOKEN}?recursive=true&wait=true&waitIndex=10`);
    await assertAnswer(replayed, 200, event('z3', 'http://d:1', 11), 11);
  });

  test('that streams delivers every new member, each on its line', async (t) => {
    const server = await startV2(t);
    await put(server, `/${TOKEN}/${N1}?prevExist=false`, N1_VALUE);
    const held = server.ask('GET', `/${TOKEN}?recursive=true&wait=true&stream=true&waitIndex=6`);
    await parked(server);
    await put(server, `/${TOKEN}/b?prevExist=false`, 'value=n2%3Dhttp://127.0.0.12:2380');
    server.stopping.abort();
    const lines = (await held).body.trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { node: { modifiedIndex: number } }).node.modifiedIndex),
      [6, 7],
    );
  });

  test('too many are refused with 503, which every etcd survives on a GET', async (t) => {
    const floodGate = { takeNew: () => undefined, takeRead: () => undefined, openWatch: () => undefined };
    const server = await startV2(t, { floodGate });
    assert.equal((await server.ask('GET', `/${TOKEN}?wait=true`)).status, 503);
  });
});
