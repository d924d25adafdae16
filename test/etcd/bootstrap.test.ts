import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import {
  bootCluster,
  listMembers,
  memberOptions,
  newDiscoveryUrl,
  startOneByOne,
  untilRegistered,
} from './clusters.ts';

const VERSIONS: readonly EtcdVersion[] = ['3.4', '3.5', '3.6'];

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);
  for (const size of [1, 3, 5, 7]) {
    test(`a cluster of ${size} etcd ${version} members started at the same instant is healthy`, {
      skip,
    }, async () => {
      await using dir = await createTempDir();
      await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
      const url = await newDiscoveryUrl(muster.url, size);
      await using members = await bootCluster(memberOptions(version, url, dir.path, size));
      const registered = await listMembers(url);
      for (const member of members.all) {
        const list = await member.memberList();
        const expected = registered.map(({ id }) => id).sort();
        assert.deepEqual(list.map(({ id }) => id).sort(), expected);
        assert.deepEqual(
          list.map(({ name, peerUrls }) => `${name}=${peerUrls[0]}`).sort(),
          registered.map(({ value }) => value).sort(),
        );
      }
    });
  }
}

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);
  test(`etcd ${version} members are listed in the order in which they came`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const options = memberOptions(version, url, dir.path, 3).reverse();
    await using members = await startOneByOne(options, (count) => untilRegistered(url, count));
    await members.waitHealthy();
    const names = (await listMembers(url)).map(({ value }) => value.split('=', 1)[0]);
    assert.deepEqual(names, ['m3', 'm2', 'm1']);
  });
}

test('members that come 10 s apart form one cluster', { skip: missingPeers('etcd-3.4') }, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
  const url = await newDiscoveryUrl(muster.url, 3);
  const options = memberOptions('3.4', url, dir.path, 3);
  await using members = await startOneByOne(options, () => pause(10_000));
  await members.waitHealthy();
  assert.equal((await members.all[0]?.memberList())?.length, 3);
});

// etcd itself refuses members that are more than one version apart.
for (const [older, newer] of [
  ['3.4', '3.5'],
  ['3.5', '3.6'],
] as const) {
  const skip = missingPeers(`etcd-${older}`, `etcd-${newer}`);
  test(`a cluster of ${older} and ${newer} members forms from one URL`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [first, ...others] = memberOptions(older, url, dir.path, 3);
    assert(first);
    await using members = await bootCluster([{ ...first, version: newer }, ...others]);
    assert.equal((await members.all[0]?.memberList())?.length, 3);
  });
}
