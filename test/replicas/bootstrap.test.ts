import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  bootCluster,
  listMembers,
  memberOptions,
  newDiscoveryUrl,
  startOneByOne,
  tokenOf,
  untilRegistered,
  v3MemberOptions,
} from '../etcd/clusters.ts';
import { startBalancer } from '../support/balancer.ts';
import { type MemberGroup, startMember } from '../support/etcd.ts';
import { type EtcdCluster, startEtcdCluster } from '../support/etcd-cluster.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';

interface Site {
  readonly dir: string;
  readonly cluster: EtcdCluster;
  readonly replicas: readonly [Muster, Muster];
  /** What stands before the replicas. */
  readonly url: string;
}

/** Two Musters on an etcd cluster of three, behind a load balancer. */
async function withSite(version: EtcdVersion, body: (site: Site) => Promise<void>): Promise<void> {
  await using dir = await createTempDir();
  await using cluster = await startEtcdCluster(version, `${dir.path}/store`);
  const store = `etcd:${cluster.endpoints.join(',')}`;
  await using first = await startMuster({ store });
  await using second = await startMuster({ store });
  await using balancer = await startBalancer([first.url, second.url]);
  await body({ dir: dir.path, cluster, replicas: [first, second], url: balancer.url });
}

async function assertFormed(members: MemberGroup, url: string): Promise<void> {
  const registered = await listMembers(url);
  const expected = registered.map(({ id }) => id).sort();
  for (const member of members.all) {
    assert.deepEqual((await member.memberList()).map(({ id }) => id).sort(), expected);
  }
}

for (const [members, store] of [
  ['3.4', '3.4'],
  ['3.5', '3.5'],
  ['3.6', '3.6'],
] as const) {
  const skip = missingPeers(`etcd-${members}`, `etcd-${store}`);
  test(`etcd ${members} members form a cluster by v2 through two Musters on etcd ${store}`, { skip }, () =>
    withSite(store, async ({ dir, url }) => {
      const discoveryUrl = await newDiscoveryUrl(url, 5);
      await using group = await bootCluster(memberOptions(members, discoveryUrl, dir, 5));
      await assertFormed(group, discoveryUrl);
    }),
  );
}

for (const version of ['3.6', '3.7'] as const) {
  const skip = missingPeers(`etcd-${version}`, 'etcd-3.5');
  test(`etcd ${version} members form a cluster by v3 with both Musters as their endpoints`, { skip }, () =>
    withSite('3.5', async ({ dir, replicas: [first, second] }) => {
      const discoveryUrl = await newDiscoveryUrl(first.url, 3);
      const options = v3MemberOptions(version, discoveryUrl, dir, 3).map((option, index) => ({
        ...option,
        discoveryToken: {
          token: tokenOf(discoveryUrl),
          endpoints: index % 2 === 0 ? [first.url, second.url] : [second.url, first.url],
        },
      }));
      await using group = await bootCluster(options);
      await assertFormed(group, discoveryUrl);
    }),
  );
}

test(
  'a 3.5 member by v2 and 3.6 members by v3 form one cluster through two Musters',
  {
    skip: missingPeers('etcd-3.5', 'etcd-3.6'),
  },
  () =>
    withSite('3.5', async ({ dir, url }) => {
      const discoveryUrl = await newDiscoveryUrl(url, 3);
      const [first, ...others] = v3MemberOptions('3.6', discoveryUrl, dir, 3, discoveryUrl);
      const [old] = memberOptions('3.5', discoveryUrl, dir, 1);
      assert(first && old);
      await using group = await bootCluster([old, ...others]);
      await assertFormed(group, discoveryUrl);
    }),
);

for (const dialect of ['v2', 'v3'] as const) {
  test(
    `members that wait by ${dialect} at a Muster that is killed form their cluster at the other one`,
    {
      skip: missingPeers('etcd-3.5', 'etcd-3.6'),
    },
    () =>
      withSite('3.5', async ({ dir, url, replicas }) => {
        const discoveryUrl = await newDiscoveryUrl(url, 3);
        const options =
          dialect === 'v2'
            ? memberOptions('3.5', discoveryUrl, dir, 3)
            : v3MemberOptions('3.6', discoveryUrl, dir, 3).map((option) => ({
                ...option,
                discoveryToken: {
                  token: tokenOf(discoveryUrl),
                  endpoints: [replicas[0].url, replicas[1].url],
                },
              }));
        await using group = await startOneByOne(options, async (count) => {
          await untilRegistered(discoveryUrl, count);
          // Two members wait, at one Muster each, or at the same.
          if (count === 2) await replicas[0].kill9();
        });
        await group.waitHealthy(60_000);
        await assertFormed(group, discoveryUrl);
      }),
  );
}

test(
  'members that are pointed at the etcd behind Muster meet those that come through it',
  {
    skip: missingPeers('etcd-3.5', 'etcd-3.6'),
  },
  () =>
    withSite('3.5', async ({ dir, cluster, replicas: [muster] }) => {
      const discoveryUrl = await newDiscoveryUrl(muster.url, 3);
      const token = tokenOf(discoveryUrl);
      const options = v3MemberOptions('3.6', discoveryUrl, dir, 3).map((option, index) =>
        index === 1 ? { ...option, discoveryToken: { token, endpoints: cluster.endpoints } } : option,
      );
      await using group = await bootCluster(options);
      await assertFormed(group, discoveryUrl);
      await muster.program.waitForLine(/a member registered in the etcd store itself/);
    }),
);

test(
  'what others do to the keys of a token reaches no member that waits',
  {
    skip: missingPeers('etcd-3.5', 'etcd-3.6'),
  },
  () =>
    withSite('3.5', async ({ dir, cluster, replicas: [muster] }) => {
      const discoveryUrl = await newDiscoveryUrl(muster.url, 3);
      const [first, second, third] = v3MemberOptions('3.6', discoveryUrl, dir, 3);
      assert(first && second && third);
      await using one = await startMember(first);
      await untilRegistered(discoveryUrl, 1);
      await using two = await startMember(second);
      await untilRegistered(discoveryUrl, 2);
      const before = await listMembers(discoveryUrl);
      const folder = `/_etcd/registry/${tokenOf(discoveryUrl)}`;
      const endpoint = cluster.endpoints[0] ?? '';
      await gateway(endpoint, 'put', {
        key: `${folder}/members/${before[0]?.id}`,
        value: 'evil=http://127.0.0.99:2380',
      });
      await gateway(endpoint, 'deleterange', { key: `${folder}/members/${before[1]?.id}` });
      await gateway(endpoint, 'put', { key: `${folder}/_config/size`, value: '1' });
      await gateway(endpoint, 'put', { key: `${folder}/members/x`, value: 'no member' });
      await gateway(endpoint, 'deleterange', { key: `${folder}/members/x` });
      await muster.program.waitForLine(/"kind":"overwritten"/);
      await muster.program.waitForLine(/"kind":"removed"/);
      assert.deepEqual(await listMembers(discoveryUrl), before);
      await using three = await startMember(third);
      for (const member of [one, two, three]) await member.waitHealthy(60_000);
      assert.equal((await three.memberList()).length, 3);
      const metrics = await (await fetch(`${muster.url}/metrics`)).text();
      assert.match(metrics, /muster_foreign_writes_total\{kind="overwritten"\} 2/);
    }),
);

/** Writes into an etcd as an operator could, by its JSON gateway. */
async function gateway(
  endpoint: string,
  call: 'put' | 'deleterange',
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const base64 = Object.entries(fields).map(([name, text]) => [name, Buffer.from(text).toString('base64')]);
  const response = await fetch(`${endpoint}/v3/kv/${call}`, {
    method: 'POST',
    body: JSON.stringify(Object.fromEntries(base64)),
  });
  assert.ok(response.ok, await response.text());
}
