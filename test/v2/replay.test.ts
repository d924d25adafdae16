import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Muster, startMuster } from '../support/muster.ts';
import { headerOf, openRaw, type RawAnswer, type RawConnection } from '../support/raw-connection.ts';
import { formRequest, getRequest, RECORDED_VERSIONS, RecordedRequests } from './recorded-requests.ts';

/** Names as on the wire. The last two are Node's own; the others are what etcd 3.4 sends. */
const CORS = ['Access-Control-Allow-Headers', 'Access-Control-Allow-Methods', 'Access-Control-Allow-Origin'];
const ALWAYS = [...CORS, 'Content-Length', 'Content-Type', 'Date', 'Connection', 'Keep-Alive'];
const REFUSED = [...ALWAYS, 'X-Etcd-Cluster-Id', 'X-Etcd-Index'];
const SERVED = [...REFUSED, 'X-Raft-Index', 'X-Raft-Term'];

/** The three members of the record. */
const MEMBERS = [
  { id: 'e924a8cc55f3a1a0', name: 'n1', url: 'http://127.0.0.11:2380' },
  { id: 'ca9ccb2e68c16058', name: 'n2', url: 'http://127.0.0.12:2380' },
  { id: '954193fdc28d1a7f', name: 'n3', url: 'http://127.0.0.13:2380' },
] as const;

let muster: Muster;
let host: string;
const connections: RawConnection[] = [];

before(async () => {
  muster = await startMuster();
  host = `${muster.address}:${muster.port}`;
});

after(async () => {
  for (const connection of connections) connection.close();
  await muster[Symbol.asyncDispose]();
});

async function open(): Promise<RawConnection> {
  const connection = await openRaw(muster.port);
  connections.push(connection);
  return connection;
}

async function createToken(size: number): Promise<string> {
  const { body } = await (await open()).ask(getRequest(host, `/new?size=${size}`));
  return body.slice(-32);
}

function indexOf(answer: RawAnswer): number {
  return Number(headerOf(answer, 'X-Etcd-Index'));
}

function assertHeaders(answer: RawAnswer, names: readonly string[]): void {
  assert.deepEqual(answer.wireHeaders.map(([name]) => name).sort(), [...names].sort());
}

/** Asserts the whole answer but for values that no client reads. */
function assertServed(answer: RawAnswer, statusLine: string, body: string, index: number): void {
  assert.equal(answer.statusLine, statusLine);
  assert.equal(answer.body, body);
  assertHeaders(answer, SERVED);
  assert.equal(headerOf(answer, 'Content-Type'), 'application/json');
  assert.equal(headerOf(answer, 'Content-Length'), String(Buffer.byteLength(body)));
  assert.equal(headerOf(answer, 'Access-Control-Allow-Headers'), 'accept, content-type, authorization');
  assert.equal(headerOf(answer, 'Access-Control-Allow-Methods'), 'POST, GET, OPTIONS, PUT, DELETE');
  assert.equal(headerOf(answer, 'Access-Control-Allow-Origin'), '*');
  assert.match(headerOf(answer, 'X-Etcd-Cluster-Id') ?? '', /^[0-9a-f]{1,16}$/);
  assert.equal(indexOf(answer), index);
}

function assertRefused(answer: RawAnswer, statusLine: string, body: string): void {
  assert.equal(answer.statusLine, statusLine);
  assert.equal(answer.body, body);
  assertHeaders(answer, REFUSED);
  assert.equal(headerOf(answer, 'Content-Type'), 'application/json');
  assert.equal(headerOf(answer, 'Content-Length'), String(Buffer.byteLength(body)));
}

function memberNode(token: string, { id, name, url }: (typeof MEMBERS)[number], index: number): string {
  const key = `/_etcd/registry/${token}/${id}`;
  return `{"key":"${key}","value":"${name}=${url}","modifiedIndex":${index},"createdIndex":${index}}`;
}

function createEvent(node: string): string {
  return `{"action":"create","node":${node}}\n`;
}

function sizeBody(token: string, size: number, index: number): string {
  const key = `/_etcd/registry/${token}/_config/size`;
  return `{"action":"get","node":{"key":"${key}","value":"${size}","modifiedIndex":${index},"createdIndex":${index}}}\n`;
}

function listBody(token: string, nodes: readonly string[], madeAt: number): string {
  const children = nodes.length === 0 ? '' : `"nodes":[${nodes.join(',')}],`;
  return `{"action":"get","node":{"key":"/_etcd/registry/${token}","dir":true,${children}"modifiedIndex":${madeAt},"createdIndex":${madeAt}}}\n`;
}

for (const version of RECORDED_VERSIONS) {
  test(`protocol 1.2, 1.3: etcd ${version}: three members register, watch, and each comes to the same list`, async () => {
    const token = await createToken(3);
    const requests = new RecordedRequests(version, host, `/${token}`);
    const [n1, n2, n3] = MEMBERS;
    const first = await open();

    const size = await first.ask(requests.size());
    const madeAt = indexOf(size);
    assertServed(size, 'HTTP/1.1 200 OK', sizeBody(token, 3, madeAt), madeAt);
    assertServed(await first.ask(requests.list()), 'HTTP/1.1 200 OK', listBody(token, [], madeAt), madeAt);
    const created1 = await first.ask(requests.register(n1.id, n1.name, n1.url));
    const at1 = indexOf(created1);
    const node1 = memberNode(token, n1, at1);
    assertServed(created1, 'HTTP/1.1 201 Created', createEvent(node1), at1);
    const self1 = await first.ask(requests.watchSelf(n1.id, at1));
    assertServed(self1, 'HTTP/1.1 200 OK', createEvent(node1), indexOf(self1));
    assert.equal((await first.ask(requests.size())).body, size.body);
    const list1 = await first.ask(requests.list());
    const seen1 = indexOf(list1);
    assertServed(list1, 'HTTP/1.1 200 OK', listBody(token, [node1], madeAt), seen1);
    assert.ok(seen1 >= at1);
    first.send(requests.watchOthers(seen1 + 1));

    const second = await open();
    assert.equal((await second.ask(requests.size())).body, size.body);
    assert.equal((await second.ask(requests.list())).body, list1.body);
    assert.equal(first.rest, '', 'a watch is silent until its event');
    const created2 = await second.ask(requests.register(n2.id, n2.name, n2.url));
    const at2 = indexOf(created2);
    assert.ok(at2 > seen1, 'what comes after a list has a higher index than the list');
    const node2 = memberNode(token, n2, at2);
    assertServed(created2, 'HTTP/1.1 201 Created', createEvent(node2), at2);
    const event2 = await first.read();
    assertServed(event2, 'HTTP/1.1 200 OK', createEvent(node2), seen1);
    first.send(requests.watchOthers(at2 + 1));
    const self2 = await second.ask(requests.watchSelf(n2.id, at2));
    assertServed(self2, 'HTTP/1.1 200 OK', createEvent(node2), indexOf(self2));
    const list2 = await second.ask(requests.list());
    assertServed(list2, 'HTTP/1.1 200 OK', listBody(token, [node1, node2], madeAt), indexOf(list2));
    second.send(requests.watchOthers(indexOf(list2) + 1));

    const third = await open();
    const created3 = await third.ask(requests.register(n3.id, n3.name, n3.url));
    const at3 = indexOf(created3);
    const node3 = memberNode(token, n3, at3);
    assertServed(created3, 'HTTP/1.1 201 Created', createEvent(node3), at3);
    for (const waiting of [first, second]) {
      const event3 = await waiting.read();
      assertServed(event3, 'HTTP/1.1 200 OK', createEvent(node3), indexOf(event3));
    }
    const self3 = await third.ask(requests.watchSelf(n3.id, at3));
    assertServed(self3, 'HTTP/1.1 200 OK', createEvent(node3), indexOf(self3));

    const fourth = await open();
    assert.equal((await fourth.ask(requests.size())).body, size.body);
    const full = await fourth.ask(requests.list());
    assert.equal(full.body, listBody(token, [node1, node2, node3], madeAt));
    assert.equal((await third.ask(requests.list())).body, full.body);
  });
}

test('an unknown token is refused as etcd refuses it, whichever key was asked', async () => {
  const token = '0123456789abcdef0123456789abcdef';
  const requests = new RecordedRequests('3.4.23', host, `/${token}`);
  const connection = await open();
  const asked = [
    requests.size(),
    requests.list(),
    requests.register('1', 'n1', 'http://10.0.0.1:2380'),
    requests.watchSelf('1', 5),
    requests.watchOthers(5),
  ];
  for (const request of asked) {
    const answer = await connection.ask(request);
    const index = indexOf(answer);
    const body = `{"errorCode":100,"message":"Key not found","cause":"/_etcd/registry/${token}","index":${index}}\n`;
    assertRefused(answer, 'HTTP/1.1 404 Not Found', body);
  }
});

test('another value under a registered id is 412 with code 105, and changes nothing', async () => {
  const token = await createToken(3);
  const requests = new RecordedRequests('3.4.23', host, `/${token}`);
  const connection = await open();
  await connection.ask(requests.register('e924a8cc55f3a1a0', 'n1', 'http://127.0.0.11:2380'));
  const list = await connection.ask(requests.list());
  const answer = await connection.ask(requests.register('e924a8cc55f3a1a0', 'n1', 'http://127.0.0.99:2380'));
  const body =
    '{"errorCode":105,"message":"member e924a8cc55f3a1a0 is registered already, with another value",' +
    `"cause":"give every machine its own --name and --initial-advertise-peer-urls","index":${indexOf(list)}}\n`;
  assertRefused(answer, 'HTTP/1.1 412 Precondition Failed', body);
  assert.equal((await connection.ask(requests.list())).body, list.body);
});

test('a create-only write of an election that was won is 412 in the words of etcd', async () => {
  const token = await createToken(3);
  const connection = await open();
  const elect = formRequest(host, `/${token}/_state?prevExist=false`, 'value=started');
  const won = await connection.ask(elect);
  const body = `{"errorCode":105,"message":"Key already exists","cause":"/_etcd/registry/${token}/_state","index":${indexOf(won)}}\n`;
  assertRefused(await connection.ask(elect), 'HTTP/1.1 412 Precondition Failed', body);
});

/** etcd 0.4 was given `http://host/v2/keys/_etcd/registry/T`, or a URL without that path, which it doubles a slash of. */
for (const prefix of ['/v2/keys/_etcd/registry/', '//']) {
  test(`protocol 1.7: etcd 0.4.9: machines elect one leader below ${prefix}, find each other, and stay by their heartbeat`, async () => {
    const token = await createToken(3);
    const dir = `${prefix}${token}`;
    const key = `/_etcd/registry/${token}`;
    const mediaType = 'application/x-www-form-urlencoded; param=value';
    const announce = (name: string, port: number): string =>
      formRequest(host, `${dir}/${name}`, `ttl=604800&value=http%3A%2F%2Flocalhost%3A${port}`, mediaType);
    const elect = formRequest(host, `${dir}/_state?prevExist=false`, 'value=started', mediaType);
    const end = '"expiration":"[-0-9]{10}T[0-9:]{8}(?:\\.[0-9]{1,3})?Z","ttl":60(?:4800|47[0-9]{2})';
    const node = (name: string, port: number, modified: number, created: number): string =>
      `\\{"key":"${key}/${name}","value":"http://localhost:${port}",${end},"modifiedIndex":${modified},"createdIndex":${created}\\}`;
    const assertMatches = (answer: RawAnswer, statusLine: string, pattern: string): void => {
      assert.equal(answer.statusLine, statusLine);
      assertHeaders(answer, SERVED);
      assert.match(answer.body, new RegExp(`^${pattern}\n$`));
    };

    const z1 = await open();
    const announced1 = await z1.ask(announce('z1', 17001));
    const at1 = indexOf(announced1);
    const set1 = `\\{"action":"set","node":${node('z1', 17001, at1, at1)}\\}`;
    assertMatches(announced1, 'HTTP/1.1 201 Created', set1);
    const won = await z1.ask(elect);
    const wonAt = indexOf(won);
    const state = `{"key":"${key}/_state","value":"started","modifiedIndex":${wonAt},"createdIndex":${wonAt}}`;
    assertServed(won, 'HTTP/1.1 201 Created', createEvent(state), wonAt);

    const z2 = await open();
    const announced2 = await z2.ask(announce('z2', 17002));
    const at2 = indexOf(announced2);
    assert.equal(announced2.statusLine, 'HTTP/1.1 201 Created');
    const lost = `{"errorCode":105,"message":"Key already exists","cause":"${key}/_state","index":${at2}}\n`;
    assertRefused(await z2.ask(elect), 'HTTP/1.1 412 Precondition Failed', lost);
    const list = await z2.ask(getRequest(host, `${dir}?consistent=true&recursive=true&sorted=false`));
    const madeAt = Number(/"createdIndex":(\d+)\}\}\n$/.exec(list.body)?.[1]);
    const nodes = `${node('z1', 17001, at1, at1)},${node('z2', 17002, at2, at2)}`;
    const dirNode = `"key":"${key}","dir":true,"nodes":\\[${nodes}\\],"modifiedIndex":${madeAt},"createdIndex":${madeAt}`;
    assertMatches(list, 'HTTP/1.1 200 OK', `\\{"action":"get","node":\\{${dirNode}\\}\\}`);

    const heartbeat = await z1.ask(announce('z1', 17001));
    const again = node('z1', 17001, indexOf(heartbeat), at1);
    const replaced = `\\{"action":"set","node":${again},"prevNode":${node('z1', 17001, at1, at1)}\\}`;
    assertMatches(heartbeat, 'HTTP/1.1 200 OK', replaced);
    assert.equal((await z1.ask(elect)).statusLine, 'HTTP/1.1 412 Precondition Failed');
  });
}

/** What a client makes of a discovery URL: the path it asks, and the parameters that go along. */
const SPELLINGS = [
  { what: 'a slash at the end', path: (token: string) => `/${token}/`, rides: ['', ''] },
  {
    what: 'the path of a keys API',
    path: (token: string) => `/v2/keys/_etcd/registry/${token}`,
    rides: ['', ''],
  },
  { what: 'a doubled slash', path: (token: string) => `//${token}`, rides: ['', ''] },
  {
    what: 'an escaped slash',
    path: (token: string) => `/v2/keys/_etcd%2Fregistry/${token}`,
    rides: ['', ''],
  },
  { what: 'parameters of its own', path: (token: string) => `/${token}`, rides: ['key=a%2Fb', 'x=1'] },
  {
    what: 'the whole URL, as behind --discovery-proxy',
    path: (token: string) => `http://discovery.invalid/${token}`,
    rides: ['', ''],
  },
] as const;

for (const { what, path, rides } of SPELLINGS) {
  test(`protocol 1.6: a discovery URL with ${what} leads to the same registry, without a redirect`, async () => {
    const token = await createToken(2);
    const spelt = new RecordedRequests('3.4.23', host, path(token), rides);
    const plain = new RecordedRequests('3.4.23', host, `/${token}`);
    const connection = await open();
    const other = await open();
    const size = await connection.ask(spelt.size());
    assertServed(size, 'HTTP/1.1 200 OK', sizeBody(token, 2, indexOf(size)), indexOf(size));
    assert.equal((await connection.ask(spelt.list())).body, (await other.ask(plain.list())).body);
    const created = await connection.ask(spelt.register('e924a8cc55f3a1a0', 'n1', 'http://127.0.0.11:2380'));
    const at = indexOf(created);
    const event = createEvent(memberNode(token, MEMBERS[0], at));
    assertServed(created, 'HTTP/1.1 201 Created', event, at);
    assert.equal((await connection.ask(spelt.watchSelf('e924a8cc55f3a1a0', at))).body, event);
    const list = await connection.ask(spelt.list());
    assert.equal(list.body, (await other.ask(plain.list())).body);
    connection.send(spelt.watchOthers(indexOf(list) + 1));
    const second = await other.ask(plain.register('ca9ccb2e68c16058', 'n2', 'http://127.0.0.12:2380'));
    assert.equal((await connection.read()).body, second.body);
  });
}

test('/new answers the discovery URL and nothing else, not even a line feed', async () => {
  const connection = await open();
  const request = `GET /new?size=3 HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n`;
  const answer = await connection.ask(request);
  assert.equal(answer.statusLine, 'HTTP/1.1 200 OK');
  assert.match(answer.body, new RegExp(`^http://${host.replaceAll('.', '\\.')}/[0-9a-f]{32}$`));
  assertHeaders(answer, ALWAYS);
  assert.equal(headerOf(answer, 'Content-Type'), 'text/plain; charset=utf-8');
  assert.equal(headerOf(answer, 'Content-Length'), String(answer.body.length));
});

test('HEAD has the headers of GET and no body, also where it fails', async () => {
  const token = await createToken(3);
  const connection = await open();
  for (const target of [
    `/${token}`,
    `/${token}/_config/size`,
    `/${token}/nobody`,
    `/${token}?sorted=maybe`,
  ]) {
    const get = await connection.ask(getRequest(host, target));
    const head = await connection.ask(getRequest(host, target).replace('GET', 'HEAD'));
    const withoutDate = ({ wireHeaders }: RawAnswer): RawAnswer['wireHeaders'] =>
      wireHeaders.filter(([name]) => name !== 'Date');
    assert.deepEqual([head.statusLine, withoutDate(head)], [get.statusLine, withoutDate(get)]);
    assert.equal(connection.rest, '');
  }
});

test('OPTIONS is answered empty, with what lets a page of another origin ask', async () => {
  const token = await createToken(3);
  const connection = await open();
  for (const target of ['/new', `/${token}`, `/${token}/e924a8cc55f3a1a0`, `/${token}/_config/size`]) {
    const answer = await connection.ask(getRequest(host, target).replace('GET', 'OPTIONS'));
    assert.equal(answer.statusLine, 'HTTP/1.1 200 OK');
    assert.equal(answer.body, '');
    assertHeaders(answer, ALWAYS);
  }
});

test('a client that sends many requests at once gets the answers in their order', async () => {
  const token = await createToken(3);
  const requests = new RecordedRequests('3.4.23', host, `/${token}`);
  const connection = await open();
  connection.send(requests.size() + requests.register('1', 'n1', 'http://10.0.0.1:2380') + requests.list());
  const [size, created, list] = [await connection.read(), await connection.read(), await connection.read()];
  assert.match(size.body, /_config\/size/);
  assert.equal(created.statusLine, 'HTTP/1.1 201 Created');
  assert.match(list.body, /"dir":true/);
});
