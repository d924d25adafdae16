import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EtcdMember, type MemberOptions, startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { bootCluster, listMembers, memberOptions, newDiscoveryUrl, untilRegistered } from './clusters.ts';

const VERSIONS: readonly EtcdVersion[] = ['3.4', '3.5', '3.6'];

/** Waits until a member gives up, and answers what it said. */
async function lastWords(options: MemberOptions): Promise<{ code: number | null; log: string }> {
  await using member: EtcdMember = await startMember({
    ...options,
    extraArgs: ['--discovery-fallback', 'exit', ...(options.extraArgs ?? [])],
  });
  const { code } = await member.program.exited;
  return { code, log: member.log.tail };
}

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);

  test(`etcd ${version} says of an unknown token what it says with the public service`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const token = '0123456789abcdef0123456789abcdef';
    const [options] = memberOptions(version, `${muster.url}/${token}`, dir.path, 1);
    assert(options);
    const { code, log } = await lastWords(options);
    assert.equal(code, 1);
    assert.match(log, new RegExp(`100: Key not found \\(/_etcd/registry/${token}\\) \\[1\\]`));
  });

  test(`new etcd ${version} machines with a stale token are told that the cluster is full`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 1);
    const [old, next] = memberOptions(version, url, dir.path, 2);
    assert(old && next);
    const gone = await bootCluster([old]);
    await gone[Symbol.asyncDispose]();
    const { code, log } = await lastWords(next);
    assert.equal(code, 1);
    assert.match(log, /discovery: cluster is full/);
  });

  test(`two etcd ${version} machines under etcd's default name: the second is told to set --name`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, second] = memberOptions(version, url, dir.path, 2);
    assert(first && second);
    await using _waiting = await startMember({ ...first, name: 'default' });
    await untilRegistered(url, 1);
    const { code, log } = await lastWords({ ...second, name: 'default' });
    assert.equal(code, 1);
    assert.match(log, /the name .{0,2}"default.{0,2}" belongs to another member.*set --name/);
    assert.match(log, /the discovery token itself is still good/);
  });

  test(`two spellings of the URL: the second etcd ${version} machine is told both, and its place is not taken`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, second] = memberOptions(version, url, dir.path, 2);
    assert(first && second);
    await using _waiting = await startMember(first);
    await untilRegistered(url, 1);
    const other = url.replace('127.0.0.1', 'localhost');
    const { code, log } = await lastWords({ ...second, discoveryUrl: other });
    assert.equal(code, 1);
    assert(log.includes(url) && log.includes(other), log);
    assert.match(log, /give every member the same URL/);
    assert.equal((await listMembers(url)).length, 1);
  });
}
