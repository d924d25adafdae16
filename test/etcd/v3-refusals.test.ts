import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { prepareTokens } from '../support/dated-tokens.ts';
import { type MemberOptions, startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import {
  bootCluster,
  listMembers,
  memberOptions,
  newDiscoveryUrl,
  tokenOf,
  untilRegistered,
  v3MemberOptions,
} from './clusters.ts';

const VERSIONS: readonly EtcdVersion[] = ['3.6', '3.7'];

/** Waits for a refusal in a member's log; over v3 etcd tries again for ever, and does not start. */
async function assertRefused(options: MemberOptions, pattern: RegExp): Promise<void> {
  await using member = await startMember(options);
  await member.waitForLine(pattern);
  assert(member.program.isRunning, 'it tries again');
}

/** Waits until a member gives up, and answers what it said. */
async function lastWords(options: MemberOptions): Promise<{ code: number | null; log: string }> {
  await using member = await startMember(options);
  const { code } = await member.program.exited;
  return { code, log: member.log.tail };
}

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);

  test(`etcd ${version} logs that a token was never issued`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = `${muster.url}/0123456789abcdef0123456789abcdef`;
    const [options] = v3MemberOptions(version, url, dir.path, 1);
    assert(options);
    await assertRefused(options, /PermissionDenied desc = this token was never issued here.*make a new one/);
  });

  test(`etcd ${version} logs that a token has expired, and since when`, { skip }, async () => {
    await using dir = await createTempDir();
    const [token] = await prepareTokens(`${dir.path}/muster`, [-1000]);
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const [options] = v3MemberOptions(version, `${muster.url}/${token}`, dir.path, 1);
    assert(options);
    await assertRefused(
      options,
      /FailedPrecondition desc = this token expired on \d{4}-\d\d-\d\dT[\d:]+Z .*make a new one with \/new\?size=N/,
    );
  });

  test(`the fourth etcd ${version} member of a cluster of 3 exits and leaves no trace`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const fourth = v3MemberOptions(version, url, dir.path, 4)[3];
    assert(fourth);
    await using _members = await bootCluster(v3MemberOptions(version, url, dir.path, 3));
    const { code, log } = await lastWords(fourth);
    assert.equal(code, 1);
    assert.match(log, /discovery: cluster is full/);
    assert.equal((await listMembers(url)).length, 3);
  });

  test(`two etcd ${version} machines under etcd's default name: the second logs that it needs --name`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, second] = v3MemberOptions(version, url, dir.path, 2);
    assert(first && second);
    await using _waiting = await startMember({ ...first, name: 'default' });
    await untilRegistered(url, 1);
    await assertRefused(
      { ...second, name: 'default' },
      /FailedPrecondition desc = the name .{0,2}"default.{0,2}" belongs to another member.*set --name/,
    );
    assert.equal((await listMembers(url)).length, 1);
  });

  test(`a second etcd ${version} machine with the identity of a waiting one is refused`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first] = v3MemberOptions(version, url, dir.path, 1);
    assert(first);
    await using waiting = await startMember(first);
    await untilRegistered(url, 1);
    await assertRefused(
      {
        ...first,
        dataDir: `${dir.path}/twin`,
        address: '127.0.0.99',
        extraArgs: ['--initial-advertise-peer-urls', waiting.peerUrl],
      },
      /FailedPrecondition desc = member [0-9a-f]+ is registered already, by a machine that is still connected/,
    );
    assert(waiting.program.isRunning);
  });

  test(`an etcd ${version} member killed before completion and started again joins`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, ...others] = v3MemberOptions(version, url, dir.path, 3);
    assert(first);
    await using member = await startMember(first);
    await untilRegistered(url, 1);
    const [before] = await listMembers(url);
    member.program.kill('SIGKILL');
    await member.program.exited;
    await member.start();
    await using _rest = await bootCluster(others);
    await member.waitHealthy();
    assert.deepEqual((await listMembers(url))[0], before, 'it kept its place');
  });

  test(`an etcd ${version} member wiped after completion does not start, and logs what to do instead`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    await using members = await bootCluster(v3MemberOptions(version, url, dir.path, 3));
    const [member] = members.all;
    assert(member);
    const listed = (await listMembers(url)).find(({ value }) => value.startsWith(`${member.name}=`));
    const id = listed?.id ?? 'none';
    member.program.kill('SIGKILL');
    await member.program.exited;
    await rm(member.dataDir, { recursive: true });
    const from = member.log.lines.length;
    await member.start();
    await member.waitForLine(
      new RegExp(
        `has joined its cluster before.*etcdctl member remove ${id}, then etcdctl member add ${member.name} --peer-urls=`,
      ),
      30_000,
      from,
    );
    const list = await members.all[1]?.memberList();
    assert.equal(list?.length, 3, 'the others go on');
  });

  test(`etcd ${version} members wait while Muster is killed and restarted, and form a cluster`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, second, third] = v3MemberOptions(version, url, dir.path, 3);
    assert(first && second && third);
    await using one = await startMember(first);
    await using two = await startMember(second);
    await untilRegistered(url, 2);
    await muster.kill9();
    await muster.restart();
    await muster.waitReady();
    await using _three = await bootCluster([third]);
    await Promise.all([one.waitHealthy(), two.waitHealthy()]);
    assert.equal((await listMembers(url)).length, 3);
  });
}

test('a member with the bare token beside v2 members logs which URL it must be given', {
  skip: missingPeers('etcd-3.5', 'etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const [first] = memberOptions('3.5', url, dir.path, 1);
  const second = v3MemberOptions('3.6', url, dir.path, 2)[1];
  assert(first && second);
  await using _waiting = await startMember(first);
  await untilRegistered(url, 1);
  await assertRefused(second, new RegExp(`uses the token alone.*--discovery-token=${url}`));
  assert.equal((await listMembers(url)).length, 1);
});

test('a v2 member beside members with the bare token is told what it can do', {
  skip: missingPeers('etcd-3.5', 'etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const [first] = v3MemberOptions('3.6', url, dir.path, 1);
  const second = memberOptions('3.5', url, dir.path, 2)[1];
  assert(first && second);
  await using _waiting = await startMember(first);
  await untilRegistered(url, 1);
  const { code, log } = await lastWords({ ...second, extraArgs: ['--discovery-fallback', 'exit'] });
  assert.equal(code, 1);
  assert.match(log, new RegExp(`--discovery-token=${tokenOf(url)}`));
});

test('etcd 3.7 does not know ETCD_DISCOVERY: it says so and boots as a cluster of its own', {
  skip: missingPeers('etcd-3.7'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const member = await startMember({
    version: '3.7',
    name: 'alone',
    dataDir: `${dir.path}/alone`,
    env: { ETCD_DISCOVERY: url },
  });
  await using _member = member;
  await member.waitForLine(/unrecognized environment variable.*ETCD_DISCOVERY=/);
  await member.waitHealthy();
  assert.equal((await member.memberList()).length, 1);
  assert.deepEqual(await listMembers(url), []);
});
