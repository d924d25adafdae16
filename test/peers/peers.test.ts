import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEtcdV2, startMember, startMembers } from '../support/etcd.ts';
import { startGoDiscovery } from '../support/go-discovery.ts';
import { ETCD_VERSIONS, missingPeers, peerVersion } from '../support/peers.ts';
import { supervise } from '../support/supervise.ts';
import { createTempDir } from '../support/temp-dir.ts';

for (const version of ETCD_VERSIONS) {
  const options = { skip: missingPeers(`etcd-${version}`), timeout: 60_000 };
  test(`a real etcd ${version} forms a cluster of one`, options, async () => {
    await using dir = await createTempDir();
    await using member = await startMember({ version, name: 'alone', dataDir: dir.path });
    await member.waitHealthy();

    const list = await member.memberList();
    assert.deepEqual(
      list.map(({ name, peerUrls, clientUrls }) => ({ name, peerUrls, clientUrls })),
      [{ name: 'alone', peerUrls: [member.peerUrl], clientUrls: [member.clientUrl] }],
    );
    const response = await fetch(`${member.clientUrl}/version`);
    const { etcdserver } = (await response.json()) as { etcdserver: string };
    assert.equal(etcdserver, peerVersion(`etcd-${version}`));
  });
}

const discovery = { skip: missingPeers('etcd-3.4', 'etcd-discovery'), timeout: 120_000 };

test('three real etcd 3.4 members form a cluster through the Go discovery server', discovery, async () => {
  await using dir = await createTempDir();
  await using etcd = await startEtcdV2({ dataDir: `${dir.path}/reference` });
  await using server = await startGoDiscovery({ etcdUrl: etcd.clientUrl });
  const discoveryUrl = await server.create(3);
  assert.match(discoveryUrl, new RegExp(`^${server.url}/[0-9a-f]{32}$`));

  await using members = await startMembers(
    [1, 2, 3].map((n) => ({
      version: '3.4',
      name: `m${n}`,
      discoveryUrl,
      address: `127.0.0.1${n}`,
      dataDir: `${dir.path}/m${n}`,
    })),
  );
  await members.waitHealthy();

  const wanted = members.all.map((member) => ({ name: member.name, peerUrls: [member.peerUrl] }));
  for (const member of members.all) {
    const list = await member.memberList();
    assert.deepEqual(
      list.map(({ name, peerUrls }) => ({ name, peerUrls })),
      wanted,
    );
  }
  // The registry's ids are those that the members go by.
  const response = await fetch(discoveryUrl);
  const { node } = (await response.json()) as { node: { nodes: { key: string }[] } };
  const registered = node.nodes.map(({ key }) => key.slice(key.lastIndexOf('/') + 1));
  const [first] = members.all;
  const ids = await first?.memberList();
  assert.deepEqual(registered.sort(), ids?.map(({ id }) => id).sort());
});

test(
  'a member that ends is started again on its folder, as often as the supervision says',
  discovery,
  async () => {
    await using dir = await createTempDir();
    await using etcd = await startEtcdV2({ dataDir: `${dir.path}/reference` });
    await using server = await startGoDiscovery({ etcdUrl: etcd.clientUrl });
    // Nobody made this token, so the member ends at its first question.
    const discoveryUrl = `${server.url}/${'0'.repeat(32)}`;
    const options = { version: '3.4', name: 'lost', dataDir: `${dir.path}/lost` } as const;
    await using member = await startMember({ ...options, discoveryUrl });
    const supervision = supervise(member, { restartDelayMs: 10, restartsMax: 3 });
    await member.waitForLine(/failed to join discovery cluster/);
    await member.waitForLine(/failed to join discovery cluster/, 30_000, member.log.count);
    assert.ok(supervision.restarts >= 1);
    await supervision.stop();
    assert.ok(!member.program.isRunning);
  },
);
