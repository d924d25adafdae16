import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { openGrpcClient } from '../../src/grpc/client.ts';
import { PUT } from '../../src/grpc/etcd-methods.ts';
import { PutRequestSchema } from '../../src/proto/rpc_pb.ts';
import { startEtcdV2, startMember, startMembers } from '../support/etcd.ts';
import { startGoDiscovery } from '../support/go-discovery.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { freePort } from '../support/ports.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { runMuster } from './run-muster.ts';

interface Node {
  readonly key: string;
  readonly value?: string;
  readonly createdIndex: number;
  readonly nodes?: readonly Node[];
  readonly expiration?: string;
}

interface Exported {
  readonly token?: string;
  readonly keys?: readonly { readonly key: string; readonly value: string; readonly expiresAt?: number }[];
}

const WEEK_MS = 7 * 86_400_000;

/** The members of a token as a service lists them, in the order of their registration. */
async function membersOf(service: { readonly url: string }, token: string): Promise<string[]> {
  const response = await fetch(`${service.url}/${token}`);
  assert.equal(response.status, 200, await response.clone().text());
  const { node } = (await response.json()) as { node: Node };
  const nodes = (node.nodes ?? []).toSorted((a, b) => a.createdIndex - b.createdIndex);
  return nodes.map(({ key, value }) => `${key.slice(key.lastIndexOf('/') + 1)} ${value}`);
}

function register(
  service: { readonly url: string },
  token: string,
  id: string,
  n: number,
): Promise<Response> {
  return fetch(`${service.url}/${token}/${id}?prevExist=false`, {
    method: 'PUT',
    body: new URLSearchParams({ value: `n${n}=http://10.0.0.${n}:2380` }),
  });
}

async function putV2(etcd: string, path: string, form: Record<string, string>): Promise<Node> {
  const url = `${etcd}/v2/keys/_etcd/registry/${path}`;
  const response = await fetch(url, { method: 'PUT', body: new URLSearchParams(form) });
  const { node } = (await response.json()) as { node?: Node };
  assert(node !== undefined);
  return node;
}

async function exportOf(folder: string): Promise<Map<string, NonNullable<Exported['keys']>>> {
  const { stdout } = await runMuster('export', '--store', `lmdb:${folder}`);
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Exported);
  return new Map(lines.flatMap(({ token, keys }) => (token && keys ? [[token, keys]] : [])));
}

const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);

const v2 = { skip: missingPeers('etcd-3.4', 'etcd-discovery'), timeout: 180_000 };

test('what the Go discovery server and its etcd 3.4 keep goes on in Muster', v2, async () => {
  await using dir = await createTempDir();
  await using etcd = await startEtcdV2({ dataDir: `${dir.path}/etcd` });
  await using go = await startGoDiscovery({ etcdUrl: etcd.clientUrl });
  const completeUrl = await go.create(3);
  await using members = await startMembers(
    [1, 2, 3].map((n) => ({
      version: '3.4',
      name: `m${n}`,
      discoveryUrl: completeUrl,
      address: `127.0.0.1${n}`,
      dataDir: `${dir.path}/m${n}`,
    })),
  );
  await members.waitHealthy();
  const complete = tokenOf(completeUrl);
  const open = tokenOf(await go.create(3));
  for (const [id, n] of [
    ['f0', 5],
    ['01', 6],
  ] as const)
    await register(go, open, id, n);
  const empty = tokenOf(await go.create(2));
  // As the server of CoreOS let tokens end.
  const ending = 'e'.repeat(32);
  const folder = await putV2(etcd.clientUrl, ending, { dir: 'true', ttl: '1000' });
  await putV2(etcd.clientUrl, `${ending}/_config/size`, { value: '1' });
  await putV2(etcd.clientUrl, `${ending}/_state`, { value: 'started' });
  // What nobody could use.
  await putV2(etcd.clientUrl, `${'1'.repeat(32)}/5`, { value: 'n1=http://10.0.0.1:2380' });
  await putV2(etcd.clientUrl, 'mine/_config/size', { value: '3' });
  await putV2(etcd.clientUrl, `${'2'.repeat(32)}/_config/size`, { value: '0' });
  const before = { complete: await membersOf(go, complete), open: await membersOf(go, open) };

  const store = `lmdb:${dir.path}/muster`;
  const startedAt = Date.now();
  const run = await runMuster('import', '--store', store, '--from-etcd', etcd.clientUrl);
  const endedAt = Date.now();
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stderr, /^muster: imported 4 tokens with 20 keys into lmdb:/m);
  assert.match(run.stderr, /; skipped 1: no size/);
  assert.match(run.stderr, /; skipped 1: a name that is not 32 hex digits/);
  assert.match(run.stderr, /; skipped 1: a size that is no whole number from 1 to 1000/);
  assert.match(run.stderr, /^muster: skipped "11111111\.\.\.": it has no size$/m);

  const kept = await exportOf(`${dir.path}/muster`);
  const textOf = (token: string, key: string): string | undefined =>
    kept.get(token)?.find((each) => each.key === key)?.value;
  const record = JSON.parse(textOf(ending, '_config/token') ?? '');
  assert.equal(record.expiresAt, Date.parse(folder.expiration ?? ''));
  assert.equal(kept.get(ending)?.find(({ key }) => key === '_state')?.expiresAt, record.expiresAt);
  const { expiresAt } = JSON.parse(textOf(open, '_config/token') ?? '');
  assert(expiresAt >= startedAt + WEEK_MS && expiresAt <= endedAt + WEEK_MS);

  await using muster = await startMuster({ store });
  assert.deepEqual(await membersOf(muster, complete), before.complete);
  assert.deepEqual(await membersOf(muster, open), before.open);
  assert.equal(before.complete.length, 3);
  assert.deepEqual(
    before.open.map((text) => text.split(' ')[0]),
    ['f0', '01'],
  );
  assert.deepEqual(await membersOf(muster, empty), []);
  // A member that asks again has its place, and the next one gets the last.
  assert.equal((await register(muster, open, 'f0', 5)).status, 201);
  assert.equal((await register(muster, open, '00', 7)).status, 201);
  assert.deepEqual(await membersOf(muster, open), [...before.open, '00 n7=http://10.0.0.7:2380']);
  // One of a cluster that has formed may have lost its data, which etcd's own members must not survive unnoticed.
  const [id = '', value = ''] = before.complete[0]?.split(' ') ?? [];
  const again = await fetch(`${muster.url}/${complete}/${id}?prevExist=false`, {
    method: 'PUT',
    body: new URLSearchParams({ value }),
  });
  assert.equal(again.status, 403);
  assert.equal(((await again.json()) as { errorCode: number }).errorCode, 151);
  await assertFull(muster, complete, dir.path);
});

/** A real member is told that the cluster has formed. */
async function assertFull(muster: Muster, token: string, dir: string): Promise<void> {
  await using late = await startMember({
    version: '3.4',
    name: 'late',
    discoveryUrl: `${muster.url}/${token}`,
    address: '127.0.0.14',
    dataDir: `${dir}/late`,
    extraArgs: ['--discovery-fallback', 'exit'],
  });
  await late.waitForLine(/cluster is full/);
}

const v3 = { skip: missingPeers('etcd-3.6'), timeout: 180_000 };

test('what etcd 3.6 keeps for members of v3 discovery goes on in Muster, over many pages', v3, async () => {
  await using dir = await createTempDir();
  await using etcd = await startMember({ version: '3.6', name: 'kept', dataDir: `${dir.path}/etcd` });
  await etcd.waitHealthy();
  const client = openGrpcClient(etcd.clientUrl);
  const { signal } = new AbortController();
  const put = async (key: string, value: string, lease = 0n): Promise<void> => {
    const [keyBytes, valueBytes] = [Buffer.from(`/_etcd/registry/${key}`), Buffer.from(value)];
    const request = create(PutRequestSchema, { key: keyBytes, value: valueBytes, lease });
    await client.unary(PUT, request, { timeoutMs: 10_000, signal });
  };
  const [formed, leased] = ['f'.repeat(32), '3'.repeat(32)];
  try {
    // As an operator makes a token, and members that the token is for register.
    await put(`${formed}/_config/size`, '3');
    await using members = await startMembers(
      [1, 2, 3].map((n) => ({
        version: '3.6',
        name: `m${n}`,
        discoveryToken: { token: formed, endpoints: [etcd.clientUrl] },
        address: `127.0.0.1${n}`,
        dataDir: `${dir.path}/m${n}`,
      })),
    );
    await members.waitHealthy();
    // More keys than an answer holds, in an order that is not that of their names.
    const many = Array.from({ length: 120 }, (_, i) => i.toString(16).padStart(32, '0'));
    for (const token of many) {
      await put(`${token}/_config/size`, '2');
      await put(`${token}/members/b`, 'n2=http://10.0.0.2:2380');
      await put(`${token}/members/a`, 'n1=http://10.0.0.1:2380');
    }
    const granted = await fetch(`${etcd.clientUrl}/v3/lease/grant`, {
      method: 'POST',
      body: JSON.stringify({ TTL: '1000' }),
    });
    const { ID } = (await granted.json()) as { ID: string };
    const startedAt = Date.now();
    await put(`${leased}/_config/size`, '1', BigInt(ID));
    await put('http:/host/x/_config/size', '1');
    await put(`${'4'.repeat(32)}/members/a`, 'n1=http://10.0.0.1:2380');

    const folder = `${dir.path}/muster`;
    const run = await runMuster('import', '--store', `lmdb:${folder}`, '--from-etcd', etcd.clientUrl);
    assert.equal(run.code, 0, run.stderr);
    assert.match(run.stderr, /does not serve the v2 API/);
    assert.match(run.stderr, /imported 122 tokens with 730 keys into .*; skipped 1: no size/);
    const kept = await exportOf(folder);
    const record = JSON.parse(kept.get(leased)?.find(({ key }) => key === '_config/token')?.value ?? '');
    assert(record.expiresAt > startedAt + 900_000 && record.expiresAt <= Date.now() + 1_000_000);

    await using muster = await startMuster({ store: `lmdb:${folder}` });
    for (const token of [many[0], many[77], many[119]]) {
      assert.deepEqual(await membersOf(muster, token ?? ''), [
        'b n2=http://10.0.0.2:2380',
        'a n1=http://10.0.0.1:2380',
      ]);
    }
    const list = await membersOf(muster, formed);
    const ids = (await members.all[0]?.memberList())?.map(({ id }) => id);
    assert.deepEqual(list.map((text) => text.split(' ')[0]).sort(), ids?.sort());
    await using late = await startMember({
      version: '3.6',
      name: 'late',
      discoveryToken: { token: formed, endpoints: [muster.url] },
      address: '127.0.0.14',
      dataDir: `${dir.path}/late`,
    });
    await late.waitForLine(/cluster is full/);
  } finally {
    client.close();
  }
});

test('an etcd that is not there, and an address that is none, are told', { timeout: 60_000 }, async () => {
  await using dir = await createTempDir();
  const store = `lmdb:${dir.path}/muster`;
  await using muster = await startMuster();
  const nobody = `http://127.0.0.1:${await freePort()}`;
  const cases = [
    [nobody, 1, /cannot read the etcd at http:\/\/127\.0\.0\.1:\d+: .*ECONNREFUSED/],
    ['https://127.0.0.1:2379', 2, /--from-etcd "https:\/\/127\.0\.0\.1:2379" is not http:\/\/HOST:PORT/],
    ['127.0.0.1:2379', 2, /is not http:\/\/HOST:PORT/],
    [muster.url, 1, /cannot read the etcd at/],
  ] as const;
  for (const [url, code, problem] of cases) {
    const run = await runMuster('import', '--store', store, '--from-etcd', url);
    assert.equal(run.code, code, run.stderr);
    assert.match(run.stderr, problem);
  }
});
