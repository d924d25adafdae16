import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { startOneByOne, untilRegistered } from '../etcd/clusters.ts';
import { startEtcd } from '../etcd-store/open.ts';
import type { EtcdMember, MemberGroup, MemberOptions } from '../support/etcd.ts';
import { callGateway } from '../support/gateway.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { ask, makeToken } from './api.ts';

const skip = missingPeers('etcd-3.4', 'etcd-3.5', 'etcd-3.6', 'etcd-3.7');
const limits = { timeout: 240_000, skip };

interface Way {
  readonly url: string;
  readonly token: string;
  readonly service: string;
  readonly backing: string;
}

type HowToFind = Pick<MemberOptions, 'version' | 'discoveryUrl' | 'discoveryToken'>;

/** All members but the last one wait while their token is extended, and the etcd below is compacted. */
async function bootExtended(
  t: TestContext,
  waysOf: (way: Way) => readonly HowToFind[],
): Promise<MemberGroup> {
  const { clientUrl: backing } = await startEtcd(t, '3.6');
  const muster = await startMuster({ store: `etcd:${backing}` });
  t.after(() => muster[Symbol.asyncDispose]());
  const { token, url, managementSecret: secret } = await makeToken(muster.url);
  const dir = temporaryFolder(t);
  const options = waysOf({ url, token, service: muster.url, backing }).map((how, index) => ({
    ...how,
    name: `m${index + 1}`,
    dataDir: `${dir}/m${index + 1}`,
    address: `127.0.0.${11 + index}`,
  }));
  const members = await startOneByOne(options, async (started) => {
    await untilRegistered(url, started);
    if (started < options.length - 1) return;
    const body = { ttlSeconds: 30 * 86_400 };
    const path = `/v1/tokens/${token}`;
    assert.equal((await ask(muster.url, { method: 'PATCH', path, body, secret })).status, 200);
    const { header } = (await callGateway(backing, 'kv/range', { key: 'AA==' })) as {
      header: { revision: string };
    };
    await callGateway(backing, 'kv/compaction', { revision: header.revision });
  });
  t.after(() => members[Symbol.asyncDispose]());
  await members.waitHealthy(90_000);
  return members;
}

/** What waits below Muster sees all that its etcd does: that others live longer, and counts none twice by itself. */
async function assertOneCluster({ all }: MemberGroup, atMuster: readonly EtcdMember[] = all): Promise<void> {
  for (const member of all) {
    const names = (await member.memberList()).map(({ name }) => name);
    assert.deepEqual(names, ['m1', 'm2', 'm3'], member.name);
  }
  for (const { log, name } of atMuster) assert.doesNotMatch(log.tail, /duplicate/, name);
}

test('etcd 3.5 and 3.6 that wait over v2 and v3 form their cluster after an extension', limits, async (t) => {
  const members = await bootExtended(t, ({ url, service }) => [
    { version: '3.5', discoveryUrl: url },
    { version: '3.6', discoveryToken: { token: url, endpoints: [service] } },
    { version: '3.5', discoveryUrl: url },
  ]);
  await assertOneCluster(members);
});

test('etcd 3.4 that waits forms its cluster after an extension', limits, async (t) => {
  const members = await bootExtended(t, ({ url }) =>
    [1, 2, 3].map(() => ({ version: '3.4', discoveryUrl: url })),
  );
  await assertOneCluster(members);
});

test(
  'etcd 3.6 at Muster and at its etcd, and 3.7, form their cluster after an extension',
  limits,
  async (t) => {
    const members = await bootExtended(t, ({ token, service, backing }) => [
      { version: '3.6', discoveryToken: { token, endpoints: [backing] } },
      { version: '3.6', discoveryToken: { token, endpoints: [service] } },
      { version: '3.7', discoveryToken: { token, endpoints: [service] } },
    ]);
    await assertOneCluster(members, members.all.slice(1));
  },
);
