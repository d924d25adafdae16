import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { createToken, type JoinOptions, join } from 'muster/client';
import { memberOptions, v3MemberOptions } from '../etcd/clusters.ts';
import { type EtcdMember, type MemberOptions, startMember, startMembers } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { freePort } from '../support/ports.ts';
import { createTempDir } from '../support/temp-dir.ts';

const PATIENCE_MS = 60_000;

/** A member that joins by the library, and whose etcd then starts with what that answered. */
async function startJoined(
  { discoveryUrl: _url, discoveryToken: _token, ...options }: MemberOptions,
  how: Pick<JoinOptions, 'url' | 'dialect' | 'endpoints'>,
): Promise<EtcdMember> {
  const peerPort = await freePort(options.address);
  const peerUrls = [`http://${options.address}:${peerPort}`];
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const { initialCluster, clusterToken } = await join({ ...how, name: options.name, peerUrls, signal });
  const extraArgs = ['--initial-cluster-token', clusterToken];
  return startMember({ ...options, peerPort, initialCluster, extraArgs });
}

/** Starts members that discover by themselves and one that joined, and answers the ids in their one cluster. */
async function idsOfCluster(own: MemberOptions[], joined: Promise<EtcdMember>): Promise<string[]> {
  await using discovering = await startMembers(own);
  await using started = await joined;
  await discovering.waitHealthy(PATIENCE_MS);
  await started.waitHealthy(PATIENCE_MS);
  return (await started.memberList()).map(({ id }) => id);
}

for (const dialect of ['v2', 'v3'] as const) {
  test(`a member that joined over ${dialect} and two of etcd 3.5 by --discovery form a cluster`, {
    skip: missingPeers('etcd-3.5'),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const { url } = await createToken({ server: muster.url, size: 3 });
    const [first, ...others] = memberOptions('3.5', url, dir.path, 3);
    assert(first);
    assert.equal((await idsOfCluster(others, startJoined(first, { url, dialect }))).length, 3);
  });
}

test('a member that joined by a bare token and two of etcd 3.7 by --discovery-token form a cluster', {
  skip: missingPeers('etcd-3.7'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const { url, token } = await createToken({ server: muster.url, size: 3 });
  const [first, ...others] = v3MemberOptions('3.7', url, dir.path, 3);
  assert(first);
  const how = { url: token, endpoints: [muster.url] };
  assert.equal((await idsOfCluster(others, startJoined(first, how))).length, 3);
});

test('v3 discovery in a real etcd 3.6: join() and etcd read each other', {
  skip: missingPeers('etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using registry = await startMember({ version: '3.6', name: 'registry', dataDir: `${dir.path}/r` });
  await registry.waitHealthy();
  const put = ['put', '/_etcd/registry/a/b/_config/size', '3'];
  await promisify(execFile)(etcdProgram('3.6', 'etcdctl'), ['--endpoints', registry.clientUrl, ...put]);
  // The key's path is cleaned, and the hash is of the token as it stands here.
  const token = 'a//b/';
  const endpoints = [registry.clientUrl];
  const [first, ...others] = v3MemberOptions('3.6', registry.clientUrl, dir.path, 3, token);
  assert(first);
  const ids = await idsOfCluster(others, startJoined(first, { url: token, endpoints }));
  assert.equal(ids.length, 3);
  const late = { url: token, endpoints, name: 'm4', peerUrls: ['http://127.0.0.14:2380'] };
  await assert.rejects(join(late), { code: 'full' });
  await assert.rejects(join({ ...late, url: 'nobody put this' }), { code: 'unknown' });
});

test('v3 discovery in a real etcd 3.6: join() gets over a restart and a compaction in the middle', {
  skip: missingPeers('etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using registry = await startMember({ version: '3.6', name: 'registry', dataDir: dir.path });
  await registry.waitHealthy();
  const etcdctl = (...args: string[]): Promise<unknown> =>
    promisify(execFile)(etcdProgram('3.6', 'etcdctl'), ['--endpoints', registry.clientUrl, ...args]);
  await etcdctl('put', '/_etcd/registry/T/_config/size', '2');
  const how = { url: 'T', endpoints: [registry.clientUrl], signal: AbortSignal.timeout(PATIENCE_MS) };
  let meanwhile: Promise<unknown> | undefined;
  const onProgress = (): void => {
    meanwhile ??= registry.program.stop().then(async () => {
      await registry.start();
      await registry.waitHealthy();
      for (const value of ['1', '2', '3']) await etcdctl('put', '/elsewhere', value);
      await etcdctl('compact', '5');
      await join({ ...how, name: 'n2', peerUrls: ['http://127.0.0.12:2380'] });
    });
  };
  const { initialCluster } = await join({
    ...how,
    name: 'n1',
    peerUrls: ['http://127.0.0.11:2380'],
    onProgress,
  });
  await meanwhile;
  assert.equal(initialCluster, 'n1=http://127.0.0.11:2380,n2=http://127.0.0.12:2380');
});
