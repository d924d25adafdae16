import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { BootConfigRequest } from '../../src/boot-config/boot-config.ts';
import { newDiscoveryUrl } from '../etcd/clusters.ts';
import { httpsGet } from '../support/https-get.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { TestCa, writePair } from '../support/test-ca.ts';
import {
  type BootedMember,
  bootMember,
  ETCD_FORMS,
  type EtcdForm,
  membersSeenBy,
  VERSIONS_AND_DIALECTS,
  withPorts,
} from './boot.ts';

const ca = new TestCa('the CA of the service');

for (const [version, dialect] of VERSIONS_AND_DIALECTS) {
  for (const form of ETCD_FORMS) {
    // The file of v2 has no word for a CA, and says so.
    if (form === 'yaml' && dialect === 'v2') continue;
    test(`etcd ${version} trusts the CA of the service over ${dialect}, told by ${form}`, {
      skip: missingPeers(`etcd-${version}`),
    }, async () => {
      await using dir = await createTempDir();
      const caFile = `${dir.path}/ca.crt`;
      await writeFile(caFile, ca.cert);
      const { certFile, keyFile } = await writePair(ca.issue('muster', ['127.0.0.1']), `${dir.path}/server`);
      await using muster = await startMuster({
        ca: ca.cert,
        args: ['--tls-cert', certFile, '--tls-key', keyFile],
      });
      const { body } = await httpsGet(`${muster.url}/new?size=1`, { ca: ca.cert });
      const request: Omit<BootConfigRequest, 'platform'> = await withPorts(
        { discoveryUrl: body, dialect, name: 'm1', serviceTls: { caFile } },
        '127.0.0.31',
      );
      await using member = await bootMember({ version, form, dir: dir.path, request });
      assert.deepEqual(Object.keys(await membersSeenBy(member)), ['m1']);
    });
  }
}

const clusterCa = new TestCa('the CA of the cluster');

for (const [version, dialect] of VERSIONS_AND_DIALECTS) {
  test(`etcd ${version} over ${dialect}: members with TLS among themselves, and with clients that show a certificate`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, ETCD_FORMS.length);
    const addresses = ETCD_FORMS.map((_, index) => `127.0.0.${41 + index}`);
    const pair = clusterCa.issue('a member', addresses);
    const caFile = `${dir.path}/ca.crt`;
    await writeFile(caFile, clusterCa.cert);
    const memberTls = { caFile, ...(await writePair(pair, `${dir.path}/member`)) };
    const boot = async (form: EtcdForm, index: number): Promise<BootedMember> => {
      const own = { discoveryUrl: url, dialect, name: `m${index + 1}`, memberTls };
      const request = await withPorts(own, addresses[index] ?? '');
      return bootMember({ version, form, dir: dir.path, request });
    };
    const members = await Promise.all(ETCD_FORMS.map(boot));
    try {
      for (const member of members) {
        const seen = await membersSeenBy(member, { ca: clusterCa.cert, ...pair });
        assert.deepEqual(Object.values(seen).sort(), members.map(({ peerUrl }) => peerUrl).sort());
      }
      const [first] = members;
      await assert.rejects(httpsGet(`${first?.clientUrl}/health`, { ca: clusterCa.cert }));
    } finally {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
    }
  });
}

for (const version of ['3.6', '3.7'] as const) {
  test(`etcd ${version} shows the service a certificate, told by flags, environment or YAML`, {
    skip: missingPeers(`etcd-${version}`),
  }, async () => {
    await using dir = await createTempDir();
    const server = await writePair(ca.issue('muster', ['127.0.0.1']), `${dir.path}/server`);
    const identity = clusterCa.issue('a member');
    const shown = await writePair(identity, `${dir.path}/identity`);
    const [caFile, clientCaFile] = [`${dir.path}/ca.crt`, `${dir.path}/client-ca.crt`];
    await writeFile(caFile, ca.cert);
    await writeFile(clientCaFile, clusterCa.cert);
    await using muster = await startMuster({
      ca: ca.cert,
      identity,
      args: [
        ...['--tls-cert', server.certFile, '--tls-key', server.keyFile],
        ...['--tls-client-ca', clientCaFile, '--tls-client-auth', 'all'],
      ],
    });
    for (const form of ETCD_FORMS) {
      const { body } = await httpsGet(`${muster.url}/new?size=1`, { ca: ca.cert, ...identity });
      const request = await withPorts(
        { discoveryUrl: body, name: form, serviceTls: { caFile, ...shown } },
        '127.0.0.31',
      );
      await using member = await bootMember({ version, form, dir: dir.path, request });
      assert.deepEqual(Object.keys(await membersSeenBy(member)), [form]);
    }
  });
}
