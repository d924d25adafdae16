import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startEtcdV2 } from '../support/etcd.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Answer, Client, WatchCall } from './client.ts';
import type { ErrorJson, EventJson } from './view.ts';

const ROOT = '/v2/keys/_etcd/registry';
const ONE = 'value=n1%3Dhttp%3A%2F%2F10.0.0.1%3A2380';
const TWO = 'value=n2%3Dhttp%3A%2F%2F10.0.0.2%3A2380';

function eventOf({ body }: Answer): EventJson {
  return JSON.parse(body) as EventJson;
}

function codeOf({ status, body }: Answer): [status: number, errorCode: number] {
  return [status, (JSON.parse(body) as ErrorJson).errorCode];
}

function indexOf({ headers }: Answer): number {
  return Number(headers['x-etcd-index']);
}

/** One registry on both sides: the paths are the same. */
async function createRegistry(etcd: Client, muster: Client, size = 3): Promise<string> {
  const { body } = await muster.get(`/new?size=${size}`);
  const folder = `${ROOT}/${body.slice(-32)}`;
  await etcd.put(`${folder}/_config/size?prevExist=false`, `value=${size}`);
  return folder;
}

async function firstEvent(origin: string, target: string): Promise<EventJson> {
  const call = new WatchCall(origin, target);
  const [line = ''] = await call.waitForLines(1);
  return JSON.parse(line) as EventJson;
}

test('every difference in docs/v2-differences.md has a test, and every test a difference', () => {
  const numbersIn = (file: string, pattern: RegExp): string[] => {
    const text = readFileSync(`${repositoryRoot}${file}`, 'utf8');
    return [...new Set([...text.matchAll(pattern)].map(([, number = '']) => number))].sort();
  };
  assert.deepEqual(
    numbersIn('test/v2/differences.test.ts', /t\.test\(\s*'(D\d+): /g),
    numbersIn('docs/v2-differences.md', /^\| (D\d+) +\|/gm),
  );
});

test('the differences from etcd 3.4 that docs/v2-differences.md lists', {
  skip: missingPeers('etcd-3.4'),
}, async (t) => {
  await using folder = await createTempDir();
  await using reference = await startEtcdV2({ dataDir: `${folder.path}/etcd` });
  await using server = await startMuster({ args: ['--rate-limit', 'off'] });
  const etcd = new Client(reference.clientUrl);
  const muster = new Client(server.url);
  t.after(() => etcd.close());
  t.after(() => muster.close());
  const both = async <T>(ask: (client: Client) => Promise<T>): Promise<{ etcd: T; muster: T }> => ({
    etcd: await ask(etcd),
    muster: await ask(muster),
  });

  await t.test('D1: the same registration again is the first answer again, and no second event', async () => {
    const dir = await createRegistry(etcd, muster);
    const first = await both((client) => client.put(`${dir}/a?prevExist=false`, ONE));
    const again = await both((client) => client.put(`${dir}/a?prevExist=false`, ONE));
    assert.deepEqual(codeOf(again.etcd), [412, 105]);
    assert.equal(again.muster.status, 201);
    assert.equal(again.muster.body, first.muster.body);
    await muster.put(`${dir}/b?prevExist=false`, TWO);
    const after = indexOf(first.muster) + 1;
    const next = await firstEvent(server.url, `${dir}?recursive=true&wait=true&waitIndex=${after}`);
    assert.equal(next.node?.key, `${dir.slice('/v2/keys'.length)}/b`);
  });

  await t.test(
    'D1: not from a second machine while the first is connected, but when it is gone',
    async () => {
      const dir = await createRegistry(etcd, muster);
      const machine = new Client(server.url);
      const first = await machine.put(`${dir}/a?prevExist=false`, ONE);
      assert.deepEqual(codeOf(await muster.put(`${dir}/a?prevExist=false`, ONE)), [412, 105]);
      machine.close();
      await until(async () => {
        const again = await muster.put(`${dir}/a?prevExist=false`, ONE);
        return again.status === 201 && again.body === first.body;
      });
    },
  );

  await t.test('D1: not once the member has joined its cluster', async () => {
    const dir = await createRegistry(etcd, muster, 1);
    const first = await muster.put(`${dir}/a?prevExist=false`, ONE);
    await firstEvent(server.url, `${dir}/a?wait=true&waitIndex=${indexOf(first)}`);
    const again = await muster.put(`${dir}/a?prevExist=false`, ONE);
    assert.deepEqual(codeOf(again), [403, 151]);
    assert.match(again.body, /etcdctl member remove a/);
  });

  await t.test(
    'D2: another value under the id of a member is the duplicate error, also as a plain PUT',
    async () => {
      const dir = await createRegistry(etcd, muster);
      await both((client) => client.put(`${dir}/a`, ONE));
      const plain = await both((client) => client.put(`${dir}/a`, TWO));
      assert.equal(plain.etcd.status, 200);
      assert.deepEqual(codeOf(plain.muster), [412, 105]);
      assert.deepEqual(codeOf(await muster.put(`${dir}/a?prevExist=true`, TWO)), [412, 105]);
      assert.equal(eventOf(await muster.get(`${dir}/a`)).node?.value, 'n1=http://10.0.0.1:2380');
    },
  );

  await t.test('D3: createdIndex survives a set', async () => {
    const dir = await createRegistry(etcd, muster);
    const first = await both((client) => client.put(`${dir}/z1`, 'value=http://10.0.0.1:7001'));
    const second = await both((client) => client.put(`${dir}/z1`, 'value=http://10.0.0.2:7001'));
    assert.equal(second.etcd.status, 200);
    assert.equal(second.muster.status, 200);
    assert.equal(eventOf(second.etcd).node?.createdIndex, indexOf(second.etcd));
    assert.equal(eventOf(second.muster).node?.createdIndex, indexOf(first.muster));
    assert.equal(eventOf(second.muster).node?.modifiedIndex, indexOf(second.muster));
  });

  await t.test('D4: what no etcd would register, or the other era, is refused with its reason', async () => {
    const dir = await createRegistry(etcd, muster);
    const invalid = await both((client) => client.put(`${dir}/x`, 'value=neither'));
    assert.equal(invalid.etcd.status, 201);
    assert.deepEqual(codeOf(invalid.muster), [403, 150]);
    await muster.put(`${dir}/a`, ONE);
    const bare = await muster.put(`${dir}/z1`, 'value=http://10.0.0.2:7001');
    assert.deepEqual(codeOf(bare), [403, 150]);
    assert.match(bare.body, /etcd 0\.4 cannot join it/);
    const hidden = await both((client) => client.put(`${dir}/_hidden`, TWO));
    assert.equal(hidden.etcd.status, 201);
    assert.deepEqual(codeOf(hidden.muster), [403, 150]);
  });

  await t.test('D4: the guard refuses a name that another member has', async () => {
    const dir = await createRegistry(etcd, muster);
    await muster.put(`${dir}/a`, ONE);
    const second = await muster.put(`${dir}/b?prevExist=false`, 'value=n1=http://10.0.0.2:2380');
    assert.deepEqual(codeOf(second), [403, 150]);
    const error = JSON.parse(second.body) as ErrorJson;
    assert.match(error.message, /the name "n1" belongs to another member/);
    assert.match(error.cause, /set --name.*the discovery token itself is still good/);
  });

  await t.test('D5: a member is not deleted once another one has registered', async () => {
    const dir = await createRegistry(etcd, muster);
    await both((client) => client.put(`${dir}/a`, ONE));
    const alone = await both((client) => client.delete(`${dir}/a`));
    assert.deepEqual([alone.etcd.status, alone.muster.status], [200, 200]);
    await both((client) => client.put(`${dir}/a`, ONE));
    await both((client) => client.put(`${dir}/b`, TWO));
    const shared = await both((client) => client.delete(`${dir}/a`));
    assert.equal(shared.etcd.status, 200);
    assert.deepEqual(codeOf(shared.muster), [403, 152]);
  });

  await t.test(
    'D6: the tree of a token is fixed: no folders, no keys in order, no other size, no refresh',
    async () => {
      const dir = await createRegistry(etcd, muster);
      const made = await both((client) => client.put(`${dir}/d?dir=true`, ''));
      assert.equal(made.etcd.status, 201);
      assert.deepEqual(codeOf(made.muster), [403, 102]);
      const inOrder = await both((client) => client.send({ method: 'POST', target: dir, body: ONE }));
      assert.deepEqual([inOrder.etcd.status, inOrder.muster.status], [201, 405]);
      assert.equal(inOrder.muster.headers.allow, 'GET, HEAD, OPTIONS');
      const size = await both((client) => client.put(`${dir}/_config/size`, 'value=5'));
      assert.equal(size.etcd.status, 200);
      assert.deepEqual(codeOf(size.muster), [403, 152]);
      const other = await both((client) => client.put(`${dir}/_config/other`, 'value=5'));
      assert.equal(other.etcd.status, 201);
      assert.deepEqual(codeOf(other.muster), [404, 100]);
      await both((client) => client.put(`${dir}/a`, ONE));
      const refreshed = await both((client) => client.put(`${dir}/a?refresh=true&ttl=100`, ''));
      assert.equal(refreshed.etcd.status, 200);
      assert.deepEqual(codeOf(refreshed.muster), [400, 209]);
      const removed = await both((client) => client.delete(`${dir}?recursive=true`));
      assert.equal(removed.etcd.status, 200);
      assert.deepEqual(codeOf(removed.muster), [403, 102]);
      assert.equal((await muster.get(`${dir}/_config/size`)).status, 200);
    },
  );

  await t.test('D7: a list is in the order of registration', async () => {
    const dir = await createRegistry(etcd, muster);
    const ids = ['f', '3', 'a', '0', 'c'];
    for (const id of ids)
      await muster.put(`${dir}/${id}`, `value=n${id}=http://10.0.0.1:${id.charCodeAt(0)}`);
    const namesOf = (answer: Answer): string[] =>
      (eventOf(answer).node?.nodes ?? []).map(({ key }) => key?.split('/').at(-1) ?? '');
    assert.deepEqual(namesOf(await muster.get(dir)), ids);
    assert.deepEqual(namesOf(await muster.get(`${dir}?sorted=true`)), ids.toSorted());
  });

  await t.test('D8: a watch of a token tells each new member once, and nothing else', async () => {
    const dir = await createRegistry(etcd, muster);
    const size = await both((client) => client.get(`${dir}/_config/size`));
    const streams = {
      etcd: new WatchCall(reference.clientUrl, `${dir}?recursive=true&wait=true&stream=true`),
      muster: new WatchCall(
        server.url,
        `${dir}?recursive=true&wait=true&stream=true&waitIndex=${indexOf(size.muster)}`,
      ),
    };
    await Promise.all([streams.etcd.head, streams.muster.head]);
    const write = async (ask: (client: Client) => Promise<Answer>): Promise<void> => {
      const { etcd, muster } = await both(ask);
      assert.ok(etcd.status < 300 && muster.status < 300);
    };
    await write((client) => client.put(`${dir}/z1`, 'value=http://10.0.0.1:7001'));
    await write((client) => client.put(`${dir}/z1`, 'value=http://10.0.0.3:7001'));
    await write((client) => client.put(`${dir}/_state?prevExist=false`, 'value=started'));
    await write((client) => client.delete(`${dir}/z1`));
    await write((client) => client.put(`${dir}/z2`, 'value=http://10.0.0.2:7001'));
    const told = (lines: readonly string[]): string[] =>
      lines.map((line) => {
        const { action, node } = JSON.parse(line) as EventJson;
        return `${action} ${node?.key?.split('/').at(-1)}`;
      });
    assert.deepEqual(told(await streams.etcd.waitForLines(4)), ['set z1', 'set z1', 'delete z1', 'set z2']);
    assert.deepEqual(told(await streams.muster.waitForLines(2)), ['set z1', 'set z2']);
    const past = `${dir}?recursive=true&wait=true&waitIndex=${indexOf(size.etcd)}`;
    assert.match((await firstEvent(reference.clientUrl, past)).node?.key ?? '', /_config\/size$/);
    streams.etcd.abort();
    streams.muster.abort();
  });

  await t.test(
    'D9: a ttl is shown on a name=url value and removes nothing; a value of etcd 0.4 ends in time',
    async () => {
      const dir = await createRegistry(etcd, muster);
      await both((client) => client.put(`${dir}/a`, `${ONE}&ttl=1`));
      assert.equal(eventOf(await muster.get(`${dir}/a`)).node?.ttl, 1);
      const old = await createRegistry(etcd, muster);
      const bare = await muster.put(`${old}/z1`, 'value=http://10.0.0.1:7001&ttl=1');
      const end = await firstEvent(server.url, `${old}/z1?wait=true&waitIndex=${indexOf(bare) + 1}`);
      assert.equal(end.action, 'expire');
      await until(async () => (await etcd.get(`${dir}/a`)).status === 404);
      const kept = eventOf(await muster.get(`${dir}/a`)).node;
      assert.equal(kept?.value, 'n1=http://10.0.0.1:2380');
      assert.equal(kept?.ttl, undefined);
      assert.match(kept?.expiration ?? '', /Z$/);
    },
  );

  await t.test('D10: a token that was never issued can be neither written nor watched', async () => {
    const dir = `${ROOT}/${randomBytes(16).toString('hex')}`;
    const written = await both((client) => client.put(`${dir}/a?prevExist=false`, ONE));
    assert.equal(written.etcd.status, 201);
    assert.deepEqual(codeOf(written.muster), [404, 100]);
    assert.deepEqual(codeOf(await muster.get(`${dir}?recursive=true&wait=true`)), [404, 100]);
  });

  await t.test('D11: the headers of a watch are held until its event', async () => {
    const dir = await createRegistry(etcd, muster);
    const calls = {
      etcd: new WatchCall(reference.clientUrl, `${dir}/a?wait=true`),
      muster: new WatchCall(server.url, `${dir}/a?wait=true`),
    };
    assert.equal((await calls.etcd.head).headers['transfer-encoding'], 'chunked');
    let isHeadThere = false;
    void calls.muster.head.then(() => {
      isHeadThere = true;
    });
    await waitForWatch(server);
    assert.equal(isHeadThere, false);
    await both((client) => client.put(`${dir}/a`, ONE));
    const { headers } = await calls.muster.head;
    const [line = ''] = await calls.muster.waitForLines(1);
    assert.equal(headers['transfer-encoding'], undefined);
    assert.equal(Number(headers['content-length']), line.length + 1);
    calls.etcd.abort();
  });

  await t.test('D13: the history of a token outlives a thousand events of others', async () => {
    const dir = await createRegistry(etcd, muster);
    const first = await both((client) => client.put(`${dir}/a`, ONE));
    const busy = await createRegistry(etcd, muster);
    const write = (client: Client) => async (): Promise<unknown> => client.put(`${busy}/_state`, 'value=x');
    await Promise.all([times(1_001, write(etcd)), times(1_001, write(muster))]);
    const past = (answer: Answer): string => `${dir}/a?wait=true&waitIndex=${indexOf(answer)}`;
    assert.deepEqual(codeOf(await etcd.get(past(first.etcd))), [400, 401]);
    assert.equal((await muster.get(past(first.muster))).status, 200);
  });

  await t.test('D14: a stream from the past tells all that happened, and goes on', async () => {
    const dir = await createRegistry(etcd, muster);
    const first = await both((client) => client.put(`${dir}/a`, ONE));
    await both((client) => client.put(`${dir}/b`, TWO));
    const stream = (origin: string, answer: Answer): WatchCall =>
      new WatchCall(origin, `${dir}?recursive=true&wait=true&stream=true&waitIndex=${indexOf(answer)}`);
    const calls = { etcd: stream(reference.clientUrl, first.etcd), muster: stream(server.url, first.muster) };
    await Promise.all([calls.etcd.waitForLines(1), calls.muster.waitForLines(2)]);
    await both((client) => client.put(`${dir}/c`, 'value=n3=http://10.0.0.3:2380'));
    assert.equal((await calls.muster.waitForLines(3)).length, 3);
    assert.equal(calls.etcd.lines.length, 1);
    calls.etcd.abort();
    calls.muster.abort();
  });

  await t.test('D15: X-Raft-Index is the revision, and X-Raft-Term is 1', async () => {
    const dir = await createRegistry(etcd, muster);
    const { headers } = await muster.get(`${dir}/_config/size`);
    assert.equal(headers['x-raft-index'], headers['x-etcd-index']);
    assert.equal(headers['x-raft-term'], '1');
  });

  await t.test('D16: a doubled slash is no reason for a redirect', async () => {
    const dir = await createRegistry(etcd, muster);
    const doubled = dir.replace(ROOT, `${ROOT}/`);
    const answers = await both((client) => client.put(`${doubled}/a`, ONE));
    assert.deepEqual([answers.etcd.status, answers.muster.status], [301, 201]);
  });

  await t.test('D17: a body that is no form, or not UTF-8, is refused', async () => {
    const dir = await createRegistry(etcd, muster);
    const text = { method: 'PUT', target: `${dir}/a`, headers: { 'content-type': 'text/plain' }, body: ONE };
    const answers = await both((client) => client.send(text));
    assert.equal(eventOf(answers.etcd).node?.value, '');
    assert.deepEqual(codeOf(answers.muster), [415, 210]);
    const bytes = await both((client) => client.put(`${dir}/b`, 'value=n%ff=http://10.0.0.1:2380'));
    assert.equal(bytes.etcd.status, 201);
    assert.deepEqual(codeOf(bytes.muster), [400, 210]);
  });

  await t.test('D18: ids, values and bodies have limits', async () => {
    const dir = await createRegistry(etcd, muster);
    const name = (length: number): string => `value=${'n'.repeat(length - 19)}=http://10.0.0.1:2380`;
    const longest = await both((client) => client.put(`${dir}/${'i'.repeat(255)}`, ONE));
    assert.deepEqual([longest.etcd.status, longest.muster.status], [201, 201]);
    const long = await both((client) => client.put(`${dir}/${'i'.repeat(256)}`, TWO));
    assert.equal(long.etcd.status, 201);
    assert.deepEqual(codeOf(long.muster), [403, 150]);
    const value = await both((client) => client.put(`${dir}/b`, name(4_100)));
    assert.equal(value.etcd.status, 201);
    assert.deepEqual(codeOf(value.muster), [403, 153]);
    const body = await both((client) => client.put(`${dir}/c`, name(16_385)));
    assert.equal(body.etcd.status, 201);
    assert.deepEqual(codeOf(body.muster), [413, 210]);
  });

  await t.test('D19: indexes rise with every commit, of any token', async () => {
    const dir = await createRegistry(etcd, muster);
    const first = await muster.put(`${dir}/a`, ONE);
    await createRegistry(etcd, muster);
    const second = await muster.put(`${dir}/b`, TWO);
    assert.ok(indexOf(second) > indexOf(first) + 1);
    assert.equal(eventOf(second).node?.createdIndex, indexOf(second));
  });

  await t.test('D20: an end has milliseconds', async () => {
    const dir = await createRegistry(etcd, muster);
    await muster.put(`${dir}/a`, `${ONE}&ttl=100`);
    assert.match(eventOf(await muster.get(`${dir}/a`)).node?.expiration ?? '', /T[0-9:]{8}(?:\.\d{1,3})?Z$/);
  });

  await t.test('D21: a refusal says why in its message, and what to do in its cause', async () => {
    const dir = await createRegistry(etcd, muster);
    await both((client) => client.put(`${dir}/a`, ONE));
    const { etcd: plain, muster: worded } = await both((client) =>
      client.put(`${dir}/a?prevExist=false`, TWO),
    );
    const wordsOf = ({ body }: Answer): string[] => {
      const { message, cause } = JSON.parse(body) as ErrorJson;
      return [message, cause];
    };
    assert.deepEqual(codeOf(worded), codeOf(plain));
    assert.deepEqual(wordsOf(plain), ['Key already exists', `${dir.slice('/v2/keys'.length)}/a`]);
    assert.deepEqual(wordsOf(worded), [
      'member a is registered already, with another value',
      'give every machine its own --name and --initial-advertise-peer-urls',
    ]);
  });

  await t.test('D12: a stop answers watches with 504, where etcd leaves them without an answer', async () => {
    const dir = await createRegistry(etcd, muster);
    const held = new WatchCall(server.url, `${dir}?recursive=true&wait=true`);
    const heldByEtcd = new WatchCall(reference.clientUrl, `${dir}?recursive=true&wait=true`);
    await heldByEtcd.head;
    await waitForWatch(server);
    await Promise.all([server.stop(), reference.program.stop()]);
    assert.equal((await held.head).status, 504);
    const [line = ''] = await held.waitForLines(1);
    assert.equal((JSON.parse(line) as ErrorJson).errorCode, 300);
    assert.deepEqual(await heldByEtcd.waitForLines(1), []);
  });
});

/** Asks until the answer is yes, for at most 10 s. */
async function until(ask: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    if (await ask()) return;
  }
  assert.fail('not within 10 s');
}

async function waitForWatch({ url }: Muster): Promise<void> {
  await until(async () => /^muster_watches 1$/m.test(await (await fetch(`${url}/metrics`)).text()));
}

async function times(count: number, act: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < count; i++) await act();
}
