import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { bootCluster, listMembers, memberOptions, newDiscoveryUrl, untilRegistered } from './clusters.ts';

const VERSIONS: readonly EtcdVersion[] = ['3.4', '3.5', '3.6'];

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);

  test(`an etcd ${version} member killed before completion and started again joins`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, ...others] = memberOptions(version, url, dir.path, 3);
    assert(first);
    await using member = await startMember(first);
    await untilRegistered(url, 1);
    const [before] = await listMembers(url);
    member.program.kill('SIGKILL');
    await member.program.exited;
    await member.start();
    await using rest = await bootCluster(others);
    await member.waitHealthy();
    const [after] = await listMembers(url);
    assert.deepEqual(after, before, 'it kept its place');
    assert.equal((await rest.all[0]?.memberList())?.length, 3);
  });

  test(`an etcd ${version} member that rebooted joins, although the others completed the cluster meanwhile`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, ...others] = memberOptions(version, url, dir.path, 3);
    assert(first);
    await using member = await startMember(first);
    await untilRegistered(url, 1);
    member.program.kill('SIGKILL');
    await member.program.exited;
    await using rest = await bootCluster(others);
    await member.start();
    await member.waitHealthy();
    assert.equal((await rest.all[0]?.memberList())?.length, 3);
  });

  test(`a second etcd ${version} machine with the identity of a waiting one is refused`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first] = memberOptions(version, url, dir.path, 1);
    assert(first);
    await using waiting = await startMember(first);
    await untilRegistered(url, 1);
    const twinArgs = ['--initial-advertise-peer-urls', waiting.peerUrl, '--discovery-fallback', 'exit'];
    const options = { ...first, dataDir: `${dir.path}/twin`, address: '127.0.0.99', extraArgs: twinArgs };
    await using twin = await startMember(options);
    const { code } = await twin.program.exited;
    assert.equal(code, 1);
    assert.match(twin.log.tail, /previously registered|duplicate/);
    assert(waiting.program.isRunning);
  });

  test(`an etcd ${version} member wiped after completion stays out, and its log says what to do`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    await using members = await bootCluster(memberOptions(version, url, dir.path, 3));
    const [member] = members.all;
    assert(member);
    member.program.kill('SIGKILL');
    await member.program.exited;
    await rm(member.dataDir, { recursive: true });
    await member.start();
    const { code } = await member.program.exited;
    assert.equal(code, 1);
    const { id } = (await listMembers(url)).find(({ value }) => value.startsWith('m1=')) ?? { id: 'none' };
    assert(member.log.tail.includes(`etcdctl member remove ${id}`), member.log.tail);
    assert(member.log.tail.includes(`etcdctl member add m1 --peer-urls=${member.peerUrl}`));
  });
}
