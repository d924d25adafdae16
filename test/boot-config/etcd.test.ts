import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { test } from 'node:test';
import type { Dialect } from '../../src/boot-config/boot-config.ts';
import { listMembers, newDiscoveryUrl } from '../etcd/clusters.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import {
  type BootedMember,
  bootMember,
  ETCD_FORMS,
  type EtcdForm,
  execEtcd,
  membersSeenBy,
  startForm,
  textOf,
  VERSIONS_AND_DIALECTS,
  withPorts,
} from './boot.ts';

/** Who boots how. */
interface Machine {
  readonly version: EtcdVersion;
  readonly form: EtcdForm;
  readonly dialect: Dialect;
}

/** Boots one member for each machine, all with one URL, and answers when they are one cluster. */
async function formCluster(
  machines: readonly Machine[],
  url: string,
  dir: string,
  tokenForm?: 'url' | 'bare',
): Promise<void> {
  const requests = await Promise.all(
    machines.map(({ dialect }, index) =>
      withPorts({ discoveryUrl: url, dialect, tokenForm, name: `m${index + 1}` }, `127.0.0.${31 + index}`),
    ),
  );
  const members = await Promise.all(
    machines.map(({ version, form }, index) =>
      bootMember({ version, form, dir, request: requests[index] ?? { discoveryUrl: url } }),
    ),
  );
  try {
    const wanted = requests.map(({ name, address, peerPort }) => [name, `http://${address}:${peerPort}`]);
    for (const member of members) {
      assert.deepEqual(await membersSeenBy(member), Object.fromEntries(wanted));
    }
  } finally {
    await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
  }
}

for (const [version, dialect] of VERSIONS_AND_DIALECTS) {
  test(`etcd ${version} forms a cluster over ${dialect} of members booted from flags, environment and YAML`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 3);
    await formCluster(
      ETCD_FORMS.map((form) => ({ version, form, dialect })),
      url,
      dir.path,
    );
    assert.equal((await listMembers(url)).length, 3);
  });
}

test('members of 3.5 over v2 and of 3.6 over v3 form one cluster, as the whole URL is their token', {
  skip: missingPeers('etcd-3.5', 'etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const machines: readonly Machine[] = [
    { version: '3.5', form: 'env', dialect: 'v2' },
    { version: '3.6', form: 'flags', dialect: 'v3' },
    { version: '3.6', form: 'yaml', dialect: 'v3' },
  ];
  await formCluster(machines, url, dir.path);
});

test('by the bare token, members of 3.6 and 3.7 meet over v3', {
  skip: missingPeers('etcd-3.6', 'etcd-3.7'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const url = await newDiscoveryUrl(muster.url, 3);
  const machines: readonly Machine[] = [
    { version: '3.6', form: 'yaml', dialect: 'v3' },
    { version: '3.7', form: 'flags', dialect: 'v3' },
    { version: '3.7', form: 'env', dialect: 'v3' },
  ];
  await formCluster(machines, url, dir.path, 'bare');
});

test('without a name or an address, the script takes the host name and demands the address', {
  skip: missingPeers('etcd-3.6'),
}, async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster();
  const discoveryUrl = await newDiscoveryUrl(muster.url, 1);
  const { peerPort, clientPort } = await withPorts({ discoveryUrl }, '127.0.0.31');
  const text = textOf({
    ...{ discoveryUrl, platform: 'flags', peerPort, clientPort, dataDir: `${dir.path}/data` },
  });
  const file = `${dir.path}/etcd.sh`;
  await writeFile(file, text);
  const refused = await startForm('flags', file, '3.6');
  assert.notEqual((await refused.exited).code, 0);
  assert.match(refused.log.tail, /ADDRESS.*address of this machine/);

  await writeFile(
    file,
    `ADDRESS=127.0.0.31\n${execEtcd(text).replaceAll(/,http:\/\/127\.0\.0\.1:\d+/g, '')}`,
  );
  await using program = await startForm('flags', file, '3.6');
  const member: BootedMember = {
    program,
    clientUrl: `http://127.0.0.31:${clientPort}`,
    peerUrl: `http://127.0.0.31:${peerPort}`,
    [Symbol.asyncDispose]: async () => {},
  };
  assert.deepEqual(await membersSeenBy(member), { [hostname()]: `http://127.0.0.31:${peerPort}` });
});
