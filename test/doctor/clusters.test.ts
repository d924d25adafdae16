import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bootCluster,
  memberOptions,
  newDiscoveryUrl,
  untilRegistered,
  v3MemberOptions,
} from '../etcd/clusters.ts';
import { startMember, startMembers } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { graveIds, runDoctor, runDoctorJson, statesByName } from './run-doctor.ts';

for (const [version, dialect] of [
  ['3.4', 'v2'],
  ['3.5', 'v2'],
  ['3.6', 'v2'],
  ['3.6', 'v3'],
  ['3.7', 'v3'],
] as const satisfies ReadonlyArray<readonly [EtcdVersion, 'v2' | 'v3']>) {
  test(`a cluster of etcd ${version} over ${dialect} is waited for, runs, loses a member, and is gone`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const optionsOf = dialect === 'v2' ? memberOptions : v3MemberOptions;
    const [first, ...others] = optionsOf(version, url, dir.path, 3);
    assert(first);

    await using m1 = await startMember(first);
    await untilRegistered(url, 1);
    const waiting = await runDoctorJson([url]);
    assert.equal(waiting.code, 3);
    assert.equal(waiting.document.verdict.state, 'waiting');
    assert.deepEqual(graveIds(waiting.document), []);
    // It listens, and serves when its cluster is complete.
    assert.deepEqual(statesByName(waiting.document), { m1: 'silent' });

    await using rest = await startMembers(others);
    await Promise.all([m1.waitHealthy(), rest.waitHealthy()]);
    const healthy = await runDoctorJson([url]);
    assert.equal(healthy.code, 0);
    assert.equal(healthy.document.verdict.state, 'healthy');
    assert.equal(healthy.document.health, 'healthy');
    assert.deepEqual(graveIds(healthy.document), []);
    assert.deepEqual(statesByName(healthy.document), { m1: 'answers', m2: 'answers', m3: 'answers' });
    const clusters = new Set(healthy.document.peers.map(({ etcd }) => etcd?.clusterId));
    assert.equal(clusters.size, 1);
    for (const { etcd } of healthy.document.peers) assert(etcd?.version?.startsWith(version));
    // What the members say of themselves is what the token says of them.
    assert.deepEqual(
      healthy.document.peers[0]?.etcd?.members.map(({ id }) => id).sort(),
      healthy.document.token?.members.map(({ id }) => id).sort(),
    );

    const [m2, m3] = rest.all;
    assert(m2 && m3);
    await m3[Symbol.asyncDispose]();
    const degraded = await runDoctorJson([url]);
    assert.equal(degraded.code, 12);
    assert.deepEqual(graveIds(degraded.document), ['peer-refused']);
    assert.deepEqual(statesByName(degraded.document), { m1: 'answers', m2: 'answers', m3: 'refused' });

    await Promise.all([m1, m2].map((member) => member[Symbol.asyncDispose]()));
    const stale = await runDoctorJson([url]);
    assert.equal(stale.code, 10);
    assert.equal(stale.document.verdict.state, 'stale');
    assert.deepEqual(graveIds(stale.document), ['all-gone']);
  });
}

const skip = missingPeers('etcd-3.5');

test('a member alone of three has no leader, which it says itself', { skip }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  await using members = await bootCluster(memberOptions('3.5', url, dir.path, 3));
  const [m1, m2, m3] = members.all;
  assert(m1 && m2 && m3);
  await Promise.all([m2, m3].map((member) => member[Symbol.asyncDispose]()));
  // As long as it does not know that it is alone, it waits for an answer of the others, and gives none itself.
  await poll('m1 knows that it has no leader', 30_000, async (signal) => {
    const health = await (await fetch(`${m1.clientUrl}/health`, { signal })).text();
    return health.includes('NO LEADER') || undefined;
  });
  const { code, document } = await runDoctorJson([url]);
  assert.equal(code, 11);
  assert.equal(document.health, 'unhealthy');
  assert.deepEqual(graveIds(document), ['peer-refused', 'no-leader']);
});

test('a member that has started a cluster of its own is named, with both clusters', { skip }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  await using members = await bootCluster(memberOptions('3.5', url, dir.path, 3));
  const m3 = members.all.find(({ name }) => name === 'm3');
  assert(m3);
  await m3[Symbol.asyncDispose]();
  const { hostname: address, port } = new URL(m3.peerUrl);
  await using own = await startMember({
    version: '3.5',
    name: 'm3',
    dataDir: `${dir.path}/own`,
    address,
    peerPort: Number(port),
  });
  await own.waitHealthy();

  const { code, document } = await runDoctorJson([url]);
  assert.equal(code, 12);
  assert.deepEqual(graveIds(document), ['own-cluster']);
  const [cause] = document.causes;
  assert.match(cause?.sentence ?? '', /^A cluster of its own, without the others, is run by m3:/);
  const clusterOf = (wanted: string): string | undefined =>
    document.peers.find(({ name }) => name === wanted)?.etcd?.clusterId;
  assert.notEqual(clusterOf('m3'), clusterOf('m1'));
  assert.equal(clusterOf('m2'), clusterOf('m1'));
});

test('members of another cluster at the addresses of a token are told from its own', { skip }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const first = await newDiscoveryUrl(muster.url, 2);
  await using members = await bootCluster(memberOptions('3.5', first, dir.path, 2));
  // A second token, of which an earlier cluster holds the addresses.
  const second = await newDiscoveryUrl(muster.url, 2);
  for (const [index, { name, peerUrl }] of members.all.entries()) {
    const body = new URLSearchParams({ value: `${name}=${peerUrl}` });
    const response = await fetch(`${second}/${index + 1}`, { method: 'PUT', body });
    assert.equal(response.status, 201);
  }
  const { code, document } = await runDoctorJson([second]);
  assert.equal(code, 11);
  assert(graveIds(document).includes('other-cluster'));
  const cause = document.causes.find(({ id }) => id === 'other-cluster');
  assert.match(cause?.evidence.join('\n') ?? '', /m1: http:\/\/\S+: cluster [0-9a-f]+ with m[12], m[12]/);
});

test('a cluster of which a member never came up is half-formed: it runs, and lacks one', {
  skip,
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const [first, second, third] = memberOptions('3.5', url, dir.path, 3);
  assert(first && second && third);
  await using gone = await startMember(third);
  await untilRegistered(url, 1);
  await gone[Symbol.asyncDispose]();
  // Before the others come, the one that ended keeps the cluster from forming.
  const open = await runDoctorJson([url]);
  assert.equal(open.code, 11);
  assert.deepEqual(graveIds(open.document), ['peer-refused']);

  await using members = await startMembers([first, second]);
  await members.waitHealthy();
  const { code, document } = await runDoctorJson([url]);
  assert.equal(code, 12);
  assert.deepEqual(graveIds(document), ['peer-refused']);
  assert.deepEqual(statesByName(document), { m1: 'answers', m2: 'answers', m3: 'refused' });
});

test('a member that was added since is a note, and the cluster is healthy', { skip }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const options = memberOptions('3.5', url, dir.path, 3);
  await using members = await bootCluster(options);
  const m1 = members.all[0];
  assert(m1);
  const added = 'http://127.0.0.14:2380';
  // etcd takes no new member in the first seconds.
  await poll('a member is added', 30_000, async (signal) => {
    const body = JSON.stringify({ peerURLs: [added], isLearner: true });
    const response = await fetch(`${m1.clientUrl}/v3/cluster/member/add`, { method: 'POST', body, signal });
    return response.status === 200 || undefined;
  });
  const { code, document } = await runDoctorJson([url]);
  assert.equal(code, 0);
  const cause = document.causes.find(({ id }) => id === 'changed-members');
  assert.equal(cause?.severity, 'note');
  assert.match(cause?.evidence.join('\n') ?? '', /^added: .*http:\/\/127\.0\.0\.14:2380$/m);
});

test('an etcd 3.7 that pays no heed to ETCD_DISCOVERY is found out by its cluster', {
  skip: missingPeers('etcd-3.7'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const env = { ETCD_DISCOVERY: url };
  await using alone = await startMember({ version: '3.7', name: 'm1', dataDir: `${dir.path}/m1`, env });
  await alone.waitHealthy();
  const body = new URLSearchParams({ value: `m1=${alone.peerUrl}` });
  await fetch(`${url}/1`, { method: 'PUT', body });
  const { document } = await runDoctorJson([url]);
  const cause = document.causes.find(({ id }) => id === 'own-cluster');
  assert.match(cause?.sentence ?? '', /etcd 3\.7 and newer pay no heed to ETCD_DISCOVERY/);
  const log = await runDoctor(['--log', '-'], { stdin: alone.log.lines.join('\n') });
  assert.equal(log.code, 11);
  assert.match(log.stdout, /\[log-discovery-unheeded\]/);
});
