import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { transpile } from '../../src/transpile/public.ts';
import { MODERN_ETCD_3 } from '../../src/transpile/sections/modern-etcd-options.ts';
import { type BootedMember, membersSeenBy } from '../boot-config/boot.ts';
import { parseUnit, valuesOf } from '../deploy/files.ts';
import { newDiscoveryUrl } from '../etcd/clusters.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { type EtcdVersion, etcdProgram, missingPeers } from '../support/peers.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/program.ts';
import { createTempDir } from '../support/temp-dir.ts';

/** Flags that the real etcd does not know. A value that it cannot read would end it before: each is asked alone. */
function unknownFlags(version: EtcdVersion, flags: readonly string[]): string[] {
  return flags.filter((flag) => {
    const { stdout, stderr } = spawnSync(etcdProgram(version, 'etcd'), [`--${flag}=1`, '--version'], {
      env: cleanEnvironment(),
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.includes('flag provided but not defined');
  });
}

for (const version of ['3.4', '3.5', '3.6', '3.7'] as const) {
  const options = { skip: missingPeers(`etcd-${version}`) };
  test(`etcd ${version} takes the options that are known of it, and no other one`, options, () => {
    const minor = Number(version.slice(2));
    const [known, others] = [true, false].map((isKnown) =>
      MODERN_ETCD_3.filter(
        ([, , since = 4, until = 7]) => (since <= minor && minor <= until) === isKnown,
      ).map(([key]) => key.replaceAll('_', '-')),
    ) as [string[], string[]];
    // It is written as v3 takes it.
    assert.deepEqual(unknownFlags(version, known), version === '3.7' ? ['discovery'] : []);
    assert.deepEqual(unknownFlags(version, others), others);
  });
}

/** What a machine has of its platform. */
interface Machine {
  readonly name: string;
  readonly address: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly dir: string;
}

/** The drop-in of etcd's unit that a configuration for such a machine becomes. */
function dropInOf(version: string, discovery: string, { clientPort, dir, name, peerPort }: Machine): string {
  const { output, report } = transpile(
    `etcd:
  version: ${version}.0
  name: "{HOSTNAME}"
  data_dir: ${dir}/${name}
  discovery: ${discovery}
  listen_peer_urls: http://{PRIVATE_IPV4}:${peerPort}
  listen_client_urls: http://{PRIVATE_IPV4}:${clientPort}
  initial_advertise_peer_urls: http://{PRIVATE_IPV4}:${peerPort}
  advertise_client_urls: http://{PRIVATE_IPV4}:${clientPort}
`,
    { profile: '3.3.0', platform: 'custom' },
  );
  assert.deepEqual(report, []);
  assert(output !== undefined);
  return JSON.parse(output).systemd.units[0].dropins[0].contents;
}

/** Starts the real etcd with the flags and variables of a drop-in, as the machine's unit would. */
async function boot(version: EtcdVersion, dropIn: string, machine: Machine): Promise<BootedMember> {
  const { address, clientPort, name, peerPort } = machine;
  const service = parseUnit(dropIn).get('Service');
  const [, command = ''] = valuesOf(service, 'ExecStart');
  const [, dataDir = ''] = /"ETCD_DATA_DIR=(.*)"/.exec(valuesOf(service, 'Environment').join('\n')) ?? [];
  assert.deepEqual(valuesOf(service, 'UnsetEnvironment'), ['ETCD_NAME']);
  const flags = command.replace('/usr/lib/coreos/etcd-wrapper $ETCD_OPTS', '');
  const program = await startProgram({
    name,
    file: '/bin/sh',
    args: ['-c', `exec "$0" ${flags}`, etcdProgram(version, 'etcd')],
    env: {
      ...cleanEnvironment(),
      ETCD_DATA_DIR: dataDir,
      COREOS_CUSTOM_HOSTNAME: name,
      COREOS_CUSTOM_PRIVATE_IPV4: address,
    },
  });
  return {
    program,
    clientUrl: `http://${address}:${clientPort}`,
    peerUrl: `http://${address}:${peerPort}`,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

const CLUSTERS: ReadonlyArray<readonly EtcdVersion[]> = [
  ['3.7', '3.7', '3.7'],
  ['3.5', '3.6', '3.6'],
];

for (const versions of CLUSTERS) {
  test(`members of etcd ${versions.join(', ')} boot from a configuration for Ignition 3 and find each other`, {
    skip: missingPeers(...new Set(versions.map((version) => `etcd-${version}` as const))),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, versions.length);
    const machines = await Promise.all(
      versions.map(async (_, index): Promise<Machine> => {
        const address = `127.0.0.${41 + index}`;
        const ports = { peerPort: await freePort(address), clientPort: await freePort(address) };
        return { ...ports, address, dir: dir.path, name: `m${index + 1}` };
      }),
    );
    const members = await Promise.all(
      machines.map((machine, index) => {
        const version = versions[index] ?? '3.7';
        return boot(version, dropInOf(version, url, machine), machine);
      }),
    );
    try {
      const wanted = machines.map(({ address, name, peerPort }) => [name, `http://${address}:${peerPort}`]);
      for (const member of members) assert.deepEqual(await membersSeenBy(member), Object.fromEntries(wanted));
    } finally {
      await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
    }
  });
}
