import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { bootCluster, listMembers, memberOptions, newDiscoveryUrl } from './clusters.ts';

const VERSIONS: readonly EtcdVersion[] = ['3.4', '3.5'];

for (const version of VERSIONS) {
  const skip = missingPeers(`etcd-${version}`);
  test(`a fourth etcd ${version} member of a cluster of 3 becomes a proxy, or exits where told to`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    const [fourth, fifth] = memberOptions(version, url, dir.path, 5).slice(3);
    assert(fourth && fifth);
    await using members = await bootCluster(memberOptions(version, url, dir.path, 3));

    await using proxy = await startMember(fourth);
    await proxy.waitForLine(/discovery cluster (is )?full, falling back to proxy/);
    await using exiting = await startMember({ ...fifth, extraArgs: ['--discovery-fallback', 'exit'] });
    const { code } = await exiting.program.exited;
    assert.equal(code, 1);
    assert.match(exiting.log.tail, /discovery: cluster is full/);

    const peerUrls = members.all.map((member) => member.peerUrl);
    await proxy.waitForLine(new RegExp(peerUrls[0]?.replaceAll('.', '\\.') ?? 'no member'));
    assert.equal((await listMembers(url)).length, 3, 'late members leave no trace');
  });
}

test('a fourth etcd 3.6 member of a cluster of 3 exits, since it has no proxy any more', {
  skip: missingPeers('etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const [fourth] = memberOptions('3.6', url, dir.path, 4).slice(3);
  assert(fourth);
  await using _members = await bootCluster(memberOptions('3.6', url, dir.path, 3));
  await using late = await startMember(fourth);
  const { code } = await late.program.exited;
  assert.equal(code, 1);
  assert.match(late.log.tail, /discovery: cluster is full/);
  assert.equal((await listMembers(url)).length, 3, 'late members leave no trace');
});
