import assert from 'node:assert/strict';
import { test } from 'node:test';
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
  v3MemberOptions,
} from './clusters.ts';

const VERSIONS: readonly EtcdVersion[] = ['3.6', '3.7'];

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);
  for (const size of [1, 3, 5, 7]) {
    test(`a cluster of ${size} etcd ${version} members is healthy by v3 discovery`, { skip }, async () => {
      await using dir = await createTempDir();
      await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
      const url = await newDiscoveryUrl(muster.url, size);
      await using members = await bootCluster(v3MemberOptions(version, url, dir.path, size));
      const registered = (await listMembers(url)).map(({ id }) => id).sort();
      assert.equal(registered.length, size);
      for (const member of members.all) {
        const ids = (await member.memberList()).map(({ id }) => id).sort();
        assert.deepEqual(ids, registered);
      }
    });
  }

  test(`etcd ${version} members are listed in the order in which they came by v3`, { skip }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const options = v3MemberOptions(version, url, dir.path, 3).reverse();
    await using members = await startOneByOne(options, (count) => untilRegistered(url, count));
    await members.waitHealthy();
    const names = (await listMembers(url)).map(({ value }) => value.split('=', 1)[0]);
    assert.deepEqual(names, ['m3', 'm2', 'm1']);
  });

  test(`etcd ${version} members find a cluster where some of their endpoints are dead`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const options = v3MemberOptions(version, url, dir.path, 3).map((member) => ({
      ...member,
      discoveryToken: {
        token: member.discoveryToken?.token ?? '',
        // Nothing listens on the ports 1 and 2 of a loopback address.
        endpoints: ['http://127.0.0.1:1', muster.url, 'http://127.0.0.1:2'],
      },
    }));
    await using members = await bootCluster(options);
    assert.equal((await members.all[0]?.memberList())?.length, 3);
  });
}

/** Members of v2 and of v3 that form one cluster, since both hash their ids with the discovery URL. */
const MIXES: ReadonlyArray<readonly [v2: EtcdVersion, v3: EtcdVersion, v3Count: number]> = [
  ['3.5', '3.6', 1],
  ['3.5', '3.6', 2],
  ['3.6', '3.6', 2],
  ['3.6', '3.7', 1],
];

for (const [v2, v3, v3Count] of MIXES) {
  const skip = missingPeers(`etcd-${v2}`, `etcd-${v3}`);
  test(`${3 - v3Count} members of etcd ${v2} by v2 and ${v3Count} of etcd ${v3} by v3 form one cluster from one discovery URL`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/muster` });
    const url = await newDiscoveryUrl(muster.url, 3);
    const byV2 = memberOptions(v2, url, dir.path, 3).slice(v3Count);
    const byV3 = v3MemberOptions(v3, url, dir.path, v3Count, url);
    await using members = await bootCluster([...byV2, ...byV3]);
    const registered = (await listMembers(url)).map(({ id }) => id).sort();
    for (const member of members.all) {
      assert.deepEqual((await member.memberList()).map(({ id }) => id).sort(), registered);
    }
  });
}
