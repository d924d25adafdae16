import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { GRPC_STATUS } from '../../src/grpc/status.ts';
import {
  AuthenticateRequestSchema,
  AuthenticateResponseSchema,
  RangeRequestSchema,
  RangeResponseSchema,
} from '../../src/proto/rpc_pb.ts';
import { bootCluster, tokenOf, v3MemberOptions } from '../etcd/clusters.ts';
import { startMember } from '../support/etcd.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { V3Client } from '../support/v3-client.ts';

const BASIC = { authorization: `Basic ${Buffer.from('root:s3cret').toString('base64')}` };

async function startWithUsers(dir: string): Promise<Muster> {
  await writeFile(`${dir}/users`, 'root:s3cret\n');
  return startMuster({ store: `lmdb:${dir}/muster`, args: ['--users-file', `${dir}/users`] });
}

async function newUrl(muster: Muster, size: number): Promise<string> {
  const response = await fetch(`${muster.url}/new?size=${size}`, { headers: BASIC });
  assert.equal(response.status, 200);
  return response.text();
}

for (const version of ['3.6', '3.7'] as const) {
  const skip = missingPeers(`etcd-${version}`);
  test(`etcd ${version} members register with a user and its password`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startWithUsers(dir.path);
    const extraArgs = ['--discovery-user', 'root', '--discovery-password', 's3cret'];
    const url = await newUrl(muster, 3);
    const options = v3MemberOptions(version, url, dir.path, 3).map((member) => ({ ...member, extraArgs }));
    await using members = await bootCluster(options);
    assert.equal(members.all.length, 3);
  });

  test(`etcd ${version} with a wrong password ends and says so, and without any it is told why`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startWithUsers(dir.path);
    const [first, second] = v3MemberOptions(version, await newUrl(muster, 3), dir.path, 2);
    assert.ok(first && second);
    await using wrong = await startMember({
      ...first,
      extraArgs: ['--discovery-user', 'root', '--discovery-password', 'wrong'],
    });
    await wrong.waitForLine(/authentication failed, invalid user ID or password/);
    assert.equal((await wrong.program.exited).code, 1);
    await using nobody = await startMember(second);
    await nobody.waitForLine(/takes writes with a user and its password only/);
  });

  test(`etcd ${version} members that wait authenticate again after a restart`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startWithUsers(dir.path);
    const extraArgs = ['--discovery-user', 'root', '--discovery-password', 's3cret'];
    const url = await newUrl(muster, 2);
    const [first, second] = v3MemberOptions(version, url, dir.path, 2).map((member) => ({
      ...member,
      extraArgs,
    }));
    assert.ok(first && second);
    await using one = await startMember(first);
    await one.waitForLine(/waiting for peers/);
    await muster.kill9();
    await muster.restart();
    await using two = await startMember(second);
    await Promise.all([one.waitHealthy(60_000), two.waitHealthy(60_000)]);
  });
}

test('an auth token that is not good is UNAUTHENTICATED on every call, so that clients authenticate again', async () => {
  await using dir = await createTempDir();
  await using muster = await startWithUsers(dir.path);
  await using client = new V3Client(muster.url);
  const token = tokenOf(await newUrl(muster, 1));
  const key = Buffer.from(`/_etcd/registry/${token}/_config/size`);
  const read = (headers: Record<string, string>) =>
    client.unary('/etcdserverpb.KV/Range', RangeRequestSchema, RangeResponseSchema, { key }, headers);
  for (const authToken of ['', 'x', `${Number.MAX_SAFE_INTEGER}.00`]) {
    const headers = { token: authToken };
    assert.deepEqual(await read(headers), {
      status: GRPC_STATUS.unauthenticated,
      text: 'etcdserver: invalid auth token',
    });
    const watch = await client.call('/etcdserverpb.Watch/Watch', new Uint8Array(), headers);
    assert.equal(watch.status, GRPC_STATUS.unauthenticated);
  }
  const right = await client.unary(
    '/etcdserverpb.Auth/Authenticate',
    AuthenticateRequestSchema,
    AuthenticateResponseSchema,
    { name: 'root', password: 's3cret' },
  );
  assert.ok('message' in right);
  assert.ok('message' in (await read({ token: right.message.token })));
});

test('with users, HTTP writes need one of them, and reads need none', async () => {
  await using dir = await createTempDir();
  await using muster = await startWithUsers(dir.path);
  const url = await newUrl(muster, 1);
  assert.equal((await fetch(url)).status, 200);
  const wrong = { authorization: `Basic ${Buffer.from('root:wrong').toString('base64')}` };
  for (const headers of [{}, wrong]) {
    const made = await fetch(`${muster.url}/new?size=1`, { headers });
    assert.equal(made.status, 403);
    assert.match(await made.text(), /user and its password/);
    const put = await fetch(`${url}/1?prevExist=false`, { method: 'PUT', headers });
    assert.equal(put.status, 403);
    assert.match(await put.text(), /user and its password/);
  }
});
