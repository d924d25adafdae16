import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Muster, startMuster } from '../support/muster.ts';
import { poll } from '../support/poll.ts';
import { headerOf, openRaw, type RawConnection } from '../support/raw-connection.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Answer, Client, WatchCall } from './client.ts';
import { formRequest, getRequest } from './recorded-requests.ts';
import type { ErrorJson, EventJson, NodeJson } from './view.ts';

let muster: Muster;
let client: Client;
/** Silent since the first test began: see 6.22. */
let idle: RawConnection;
let idleSince: number;

before(async () => {
  muster = await startMuster({ args: ['--rate-limit', 'off'] });
  client = new Client(muster.url);
  idle = await openRaw(muster.port);
  await idle.ask(getRequest('h', '/health'));
  idleSince = Date.now();
});

after(async () => {
  client.close();
  idle.close();
  await muster[Symbol.asyncDispose]();
});

async function createToken(size = 3): Promise<string> {
  return (await client.get(`/new?size=${size}`)).body.slice(-32);
}

function memberForm(n: number): string {
  return `value=n${n}%3Dhttp%3A%2F%2F10.0.${n >> 8}.${n & 255}%3A2380`;
}

function closeAll(machines: readonly Client[]): void {
  for (const machine of machines) machine.close();
}

function nodeOf({ body }: Answer): NodeJson {
  return (JSON.parse(body) as EventJson).node ?? {};
}

function errorOf({ body }: Answer): ErrorJson {
  return JSON.parse(body) as ErrorJson;
}

function indexOf({ headers }: Answer): number {
  return Number(headers['x-etcd-index']);
}

function createdOf(list: Answer): number[] {
  return (nodeOf(list).nodes ?? []).map(({ createdIndex = 0 }) => createdIndex);
}

/** Waits until Muster holds so many watches. */
async function waitForWatches(server: Muster, count: number): Promise<void> {
  await poll(`${count} watches`, 10_000, async (signal) => {
    const text = await (await fetch(`${server.url}/metrics`, { signal })).text();
    return new RegExp(`^muster_watches ${count}$`, 'm').test(text) || undefined;
  });
}

test('protocol 6.1: the index of a list has everything that the list shows, and nothing that it lacks', async (t) => {
  const token = await createToken(100);
  const members = Array.from({ length: 60 }, (_, n) => n);
  const lists: Answer[] = [];
  const machines = [0, 1, 2, 3].map(() => new Client(muster.url));
  t.after(() => closeAll(machines));
  let isOver = false;
  const reading = (async () => {
    while (!isOver) lists.push(await client.get(`/${token}`));
  })();
  await Promise.all(
    members.map((n) => machines[n % 4]?.put(`/${token}/${n.toString(16)}?prevExist=false`, memberForm(n))),
  );
  isOver = true;
  await reading;
  const all = createdOf(await client.get(`/${token}`));
  assert.equal(all.length, members.length);
  assert.ok(lists.length > 1);
  for (const list of lists) {
    const index = indexOf(list);
    assert.deepEqual(
      createdOf(list),
      all.filter((created) => created <= index),
    );
  }
});

test('protocol 6.2: every refusal has a status and a JSON body, and both say the same', async () => {
  const token = await createToken();
  await client.put(`/${token}/1`, memberForm(1));
  const refusals: [Answer, status: number, errorCode: number][] = [
    [await client.get('/0123456789abcdef0123456789abcdef/_config/size'), 404, 100],
    [await client.get('/no-token'), 404, 100],
    [await client.get(`/${token}/a/b/c`), 404, 100],
    [await client.get(`/${token}/%ff`), 404, 100],
    [await client.put(`/${token}/1?prevExist=false`, memberForm(2)), 412, 105],
    [await client.put(`/${token}/1?prevIndex=4000000000`, memberForm(1)), 412, 101],
    [await client.put(`/${token}/2`, memberForm(1)), 403, 150],
    [await client.put(`/${token}`, memberForm(1)), 403, 102],
    [await client.get(`/${token}?sorted=maybe`), 400, 209],
    [await client.get(`/${token}?wait=true&waitIndex=x`), 400, 203],
    [await client.put(`/${token}/3?ttl=x`, memberForm(3)), 400, 202],
    [await client.put(`/${token}/3?prevValue=`, memberForm(3)), 400, 201],
    [await client.put(`/${token}/3`, 'value=%zz'), 400, 210],
  ];
  for (const [answer, status, errorCode] of refusals) {
    assert.equal(answer.status, status, answer.body);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.deepEqual(Object.keys(errorOf(answer)), ['errorCode', 'message', 'cause', 'index']);
    assert.equal(errorOf(answer).errorCode, errorCode);
    assert.equal(Number(answer.headers['x-etcd-index']), errorOf(answer).index);
  }
});

test('protocol 6.3: of many create-only writes of one key at the same time, one is carried out', async (t) => {
  const token = await createToken();
  const machines = Array.from({ length: 20 }, () => new Client(muster.url));
  t.after(() => closeAll(machines));
  for (const key of ['_state', 'e924a8cc55f3a1a0']) {
    const answers = await Promise.all(
      machines.map((machine, n) => machine.put(`/${token}/${key}?prevExist=false`, memberForm(n))),
    );
    const winners = answers.filter(({ status }) => status === 201);
    assert.equal(winners.length, 1);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([201, 412]));
    const stored = nodeOf(await client.get(`/${token}/${key}`));
    assert.equal(stored.value, winners[0] && nodeOf(winners[0]).value);
  }
});

test('protocol 6.4: a refusal for a person has its sentence in the message and the remedy in the cause', async () => {
  const token = await createToken();
  const answer = await client.put(`/${token}/1?prevExist=false`, 'value=n1=http://0.0.0.0:2380');
  const { errorCode, message, cause } = errorOf(answer);
  assert.equal(errorCode, 150);
  assert.match(message, /^member n1: peer URL "http:\/\/0\.0\.0\.0:2380" names every address/);
  assert.match(cause, /^put this machine's own address into --initial-advertise-peer-urls/);
  assert.match(cause, /the discovery token itself is still good$/);
});

test('protocol 6.5: a watch too many is 503, which every client repeats, and never 429', async (t) => {
  const guarded = await startMuster({ args: ['--watches-per-token', '1'] });
  t.after(() => guarded[Symbol.asyncDispose]());
  const own = new Client(guarded.url);
  t.after(() => own.close());
  const token = (await own.get('/new?size=3')).body.slice(-32);
  const first = new WatchCall(guarded.url, `/${token}?recursive=true&wait=true`);
  t.after(() => first.abort());
  await waitForWatches(guarded, 1);
  const second = await own.get(`/${token}?recursive=true&wait=true`);
  assert.equal(second.status, 503);
  assert.equal(errorOf(second).errorCode, 300);
  assert.equal((await own.put(`/${token}/1?prevExist=false`, memberForm(1))).status, 201);
});

test('protocol 6.6: a held watch sends no byte, and is ended by 504 when the service stops', async (t) => {
  const stopping = await startMuster();
  t.after(() => stopping[Symbol.asyncDispose]());
  const connection = await openRaw(stopping.port);
  t.after(() => connection.close());
  const token = (await connection.ask(getRequest('h', '/new?size=3'))).body.slice(-32);
  connection.send(getRequest('h', `/${token}?recursive=true&wait=true&waitIndex=100`));
  await waitForWatches(stopping, 1);
  assert.equal(connection.rest, '');
  const exit = await stopping.stop();
  const answer = await connection.read();
  assert.equal(answer.statusLine, 'HTTP/1.1 504 Gateway Timeout');
  assert.equal(headerOf(answer, 'Connection'), 'close');
  assert.equal((JSON.parse(answer.body) as ErrorJson).errorCode, 300);
  assert.equal(connection.rest, '');
  assert.deepEqual(exit, { code: 0, signal: null });
});

test('protocol 6.7: a success of a key has a node, and what is empty has no byte', async () => {
  const token = await createToken();
  const created = await client.put(`/${token}/1?prevExist=false`, memberForm(1));
  const at = indexOf(created);
  const successes = [
    created,
    await client.put(`/${token}/1?prevExist=false`, memberForm(1)),
    await client.put(`/${token}/_state`, 'value=started'),
    await client.get(`/${token}`),
    await client.get(`/${token}/_config`),
    await client.get(`/${token}/_config/size`),
    await client.get(`/${token}/_state`),
    await client.get(`/${token}/1?wait=true&waitIndex=${at}`),
    await client.get(`/${token}?recursive=true&wait=true&waitIndex=${at}`),
    await client.delete(`/${token}/1`),
  ];
  for (const answer of successes) {
    assert.ok(answer.status === 200 || answer.status === 201);
    assert.ok(nodeOf(answer).key?.startsWith(`/_etcd/registry/${token}`), answer.body);
    assert.ok(answer.body.endsWith('}\n'));
  }
  for (const method of ['HEAD', 'OPTIONS']) {
    assert.equal((await client.send({ method, target: `/${token}` })).body, '');
  }
});

test('protocol 6.8: a self watch is answered from history, also after a restart', async (t) => {
  await using folder = await createTempDir();
  const durable = await startMuster({ store: `lmdb:${folder.path}/data` });
  t.after(() => durable[Symbol.asyncDispose]());
  const own = new Client(durable.url);
  t.after(() => own.close());
  const token = (await own.get('/new?size=3')).body.slice(-32);
  const created: Answer[] = [];
  for (const n of [1, 2, 3]) created.push(await own.put(`/${token}/${n}?prevExist=false`, memberForm(n)));
  const watchAll = async (): Promise<void> => {
    const machine = new Client(durable.url);
    for (const [n, answer] of created.entries()) {
      const self = await machine.get(
        `/${token}/${n + 1}?recursive=false&wait=true&waitIndex=${indexOf(answer)}`,
      );
      assert.equal(self.status, 200);
      assert.equal(self.body, answer.body);
    }
    machine.close();
  };
  await watchAll();
  await durable.restart();
  await watchAll();
});

test('protocol 6.9: the history of a token does not depend on what happens to others', async () => {
  const token = await createToken();
  const first = await client.put(`/${token}/1?prevExist=false`, memberForm(1));
  const busy = await createToken();
  for (let n = 0; n < 1_100; n++) await client.put(`/${busy}/_state`, `value=${n}`);
  const event = await client.get(`/${token}?recursive=true&wait=true&waitIndex=${indexOf(first)}`);
  assert.equal(event.status, 200);
  assert.equal(event.body, first.body);
});

test('protocol 6.10: no member is created at an index below 2, and waitIndex=0 is from now on', async (t) => {
  const fresh = await startMuster();
  t.after(() => fresh[Symbol.asyncDispose]());
  const own = new Client(fresh.url);
  t.after(() => own.close());
  const token = (await own.get('/new?size=3')).body.slice(-32);
  const first = await own.put(`/${token}/1?prevExist=false`, memberForm(1));
  assert.ok((nodeOf(first).createdIndex ?? 0) >= 2);
  const call = new WatchCall(fresh.url, `/${token}?recursive=true&wait=true&waitIndex=0`);
  await waitForWatches(fresh, 1);
  const second = await own.put(`/${token}/2?prevExist=false`, memberForm(2));
  const [line = ''] = await call.waitForLines(1);
  assert.equal(`${line}\n`, second.body);
});

test('protocol 6.11: ids of any length and names of machines are taken as they are', async () => {
  const token = await createToken(9);
  const ids = ['1', '9953b9025df93e0', 'e924a8cc55f3a1a0', 'core-01.example.com', 'a b', 'ä', '<&>'];
  for (const [n, id] of ids.entries()) {
    const answer = await client.put(`/${token}/${encodeURIComponent(id)}?prevExist=false`, memberForm(n));
    assert.equal(answer.status, 201);
    assert.equal(nodeOf(answer).key, `/_etcd/registry/${token}/${id}`);
    assert.equal((await client.get(`/${token}/${encodeURIComponent(id)}`)).status, 200);
  }
});

test('protocol 6.12: a folder is read and watched with and without a slash at its end, and nothing redirects', async () => {
  const token = await createToken();
  const created = await client.put(`/${token}/1?prevExist=false`, memberForm(1));
  const wait = `recursive=true&wait=true&waitIndex=${indexOf(created)}`;
  const folders = [
    `/${token}`,
    `/${token}/`,
    `//${token}`,
    `//${token}//`,
    `/v2/keys//_etcd/registry/${token}/`,
  ];
  const list = await client.get(`/${token}`);
  for (const folder of folders) {
    assert.equal((await client.get(folder)).body, list.body);
    assert.equal((await client.get(`${folder}?${wait}`)).body, created.body);
  }
  const others = ['/', '/new/', '/nothing', `/${token}/x/y`, `/${token}/_config/`, '/health', '/robots.txt'];
  for (const target of [...folders, ...others]) {
    const { status, headers } = await client.get(target);
    assert.ok(status < 300 || status >= 400, `${target}: ${status}`);
    assert.equal(headers.location, undefined);
  }
});

test('protocol 6.13: parameters of the discovery URL ride on every request, and change nothing', async () => {
  const token = await createToken();
  const rides = 'key=a%2Fb&password=p%26q&x';
  const size = await client.get(`/${token}/_config/size?${rides}&quorum=false&recursive=false&sorted=false`);
  assert.equal(nodeOf(size).value, '3');
  const created = await client.put(`/${token}/1?${rides}&prevExist=false`, memberForm(1));
  assert.equal(created.status, 201);
  const self = await client.get(
    `/${token}/1?${rides}&recursive=false&wait=true&waitIndex=${indexOf(created)}`,
  );
  assert.equal(self.body, created.body);
});

test('protocol 6.14: a form has plus for a space, escapes, and a media type with parameters', async () => {
  const token = await createToken();
  const put = (id: string, type: string, body: string): Promise<Answer> =>
    client.send({ method: 'PUT', target: `/${token}/${id}`, headers: { 'content-type': type }, body });
  const plus = await put(
    '1',
    'application/x-www-form-urlencoded',
    'value=my+name%3Dhttp%3A%2F%2F10.0.0.1%3A2380',
  );
  assert.equal(nodeOf(plus).value, 'my name=http://10.0.0.1:2380');
  for (const [n, parameters] of ['; param=value', ';charset=UTF-8', ' ; a="b;c"'].entries()) {
    const type = `application/x-www-form-urlencoded${parameters}`;
    assert.equal((await put(`a${n}`, type, memberForm(n + 2))).status, 201);
  }
  const upper = await put('b', 'Application/X-WWW-Form-Urlencoded', memberForm(9));
  assert.equal(upper.status, 201);
});

test('protocol 6.15: a list has members as its children, and nothing else', async () => {
  const token = await createToken();
  assert.equal(nodeOf(await client.get(`/${token}`)).nodes, undefined);
  await client.put(`/${token}/_state?prevExist=false`, 'value=started');
  await client.put(`/${token}/1?prevExist=false`, memberForm(1));
  for (const query of ['', '?recursive=true', '?recursive=true&sorted=true']) {
    const { nodes } = nodeOf(await client.get(`/${token}${query}`));
    assert.deepEqual(
      nodes?.map(({ key }) => key),
      [`/_etcd/registry/${token}/1`],
    );
  }
});

test('protocol 6.16: a member keeps its place when it writes its value again', async () => {
  const token = await createToken();
  const bare = (port: number): string => `ttl=604800&value=http%3A%2F%2F10.0.0.1%3A${port}`;
  const first = await client.put(`/${token}/z1`, bare(7001));
  await client.put(`/${token}/z2`, bare(7002));
  const again = await client.put(`/${token}/z1`, bare(7003));
  assert.equal(again.status, 200);
  assert.equal(nodeOf(again).createdIndex, nodeOf(first).createdIndex);
  assert.deepEqual(
    nodeOf(await client.get(`/${token}`)).nodes?.map(({ value }) => value),
    ['http://10.0.0.1:7003', 'http://10.0.0.1:7002'],
  );
});

test('protocol 6.17: waiting members are shown no removal and no end of another one', async () => {
  const token = await createToken();
  const call = new WatchCall(muster.url, `/${token}?recursive=true&wait=true&stream=true`);
  await call.head;
  const bare = (n: number, ttl: string): string => `value=http%3A%2F%2F10.0.0.${n}%3A7001${ttl}`;
  await client.put(`/${token}/z1`, bare(1, ''));
  assert.equal((await client.delete(`/${token}/z1`)).status, 200);
  const ending = await client.put(`/${token}/z2`, bare(2, '&ttl=1'));
  const end = await client.get(`/${token}/z2?wait=true&waitIndex=${indexOf(ending) + 1}`);
  assert.equal((JSON.parse(end.body) as EventJson).action, 'expire');
  await client.put(`/${token}/z3`, bare(3, ''));
  const lines = await call.waitForLines(3);
  assert.deepEqual(
    lines.map((line) => {
      const { action, node } = JSON.parse(line) as EventJson;
      return `${action} ${node?.key?.slice(-2)}`;
    }),
    ['set z1', 'set z2', 'set z3'],
  );
  call.abort();
});

test('protocol 6.18: /new answers without a line feed, makes no token for HEAD and OPTIONS, and refuses size 0', async () => {
  const token = await createToken();
  const indexNow = async (): Promise<number> => indexOf(await client.get(`/${token}`));
  assert.match((await client.get('/new')).body, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/);
  const start = await indexNow();
  for (const method of ['HEAD', 'OPTIONS']) {
    const answer = await client.send({ method, target: '/new?size=3' });
    assert.deepEqual([answer.status, answer.body], [200, '']);
  }
  for (const size of ['0', '-1', '1001', 'abc', '3 ', '%2B3', '3.5', '0x3']) {
    const answer = await client.get(`/new?size=${encodeURIComponent(size)}`);
    assert.equal(answer.status, 400, size);
    assert.match(answer.body, /size must be a whole number from 1 to 1000/);
  }
  assert.equal(await indexNow(), start);
});

test('protocol 6.22: a connection that was idle for longer than 5 s is still good for a PUT', async () => {
  const token = await createToken();
  // The idle time is what is tested; the tests before this one have used most of it.
  await sleep(Math.max(0, idleSince + 6_000 - Date.now()));
  const answer = await idle.ask(formRequest('h', `/${token}/1?prevExist=false`, memberForm(1)));
  assert.equal(answer.statusLine, 'HTTP/1.1 201 Created');
  assert.ok(Number(/timeout=(\d+)/.exec(headerOf(answer, 'Keep-Alive') ?? '')?.[1]) >= 60);
});
