import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { type BootConfigRequest, CLOUDS } from '../../src/boot-config/boot-config.ts';
import { parseUnit, valuesOf, type Yaml } from '../deploy/files.ts';
import { missingPeers, peerDir } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { textOf } from './boot.ts';

const TOKEN = '6a28e078895c5ec737174db2419bb2f3';
const REQUESTS: ReadonlyArray<readonly [title: string, request: Omit<BootConfigRequest, 'platform'>]> = [
  ['v2', { discoveryUrl: `http://10.0.0.5:8087/${TOKEN}`, etcdVersion: '3.5' }],
  [
    'v3 with TLS',
    {
      ...{ discoveryUrl: `https://discovery.example/${TOKEN}`, etcdVersion: '3.7' },
      serviceTls: { caFile: '/etc/ssl/certs/discovery.pem' },
      memberTls: { caFile: '/etc/etcd/ca.crt', certFile: '/etc/etcd/m.crt', keyFile: '/etc/etcd/m.key' },
    },
  ],
  [
    'v3 for one machine',
    { discoveryUrl: `http://10.0.0.5/${TOKEN}`, name: 'n1', address: '10.0.0.1', dataDir: '/data' },
  ],
];
const skip = missingPeers('boot-formats');

interface Reading {
  readonly program: 'butane' | 'ct' | 'compose' | 'quadlet';
  readonly args?: readonly string[];
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a real program makes of a file. */
function read({ program, args = [], input = '', env = {} }: Reading): {
  status: number | null;
  out: string;
  err: string;
} {
  const { PATH = '' } = process.env;
  const options = { input, env: { PATH, ...env }, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(`${peerDir('boot-formats')}/${program}`, args, options);
  return { status, out: stdout, err: stderr };
}

function taken(reading: Reading): string {
  const { status, out, err } = read(reading);
  assert.deepEqual([status, err], [0, ''], reading.input);
  return out;
}

/** What Ignition itself says of a document. */
function judge(document: string): Yaml {
  const program = `${peerDir('ignition-2.24')}/ignition-validate`;
  return JSON.parse(spawnSync(program, { input: JSON.stringify(document), encoding: 'utf8' }).stdout);
}

for (const [title, request] of REQUESTS) {
  for (const platform of ['butane-flatcar', 'butane-fcos'] as const) {
    test(`Butane takes ${platform} over ${title} on every cloud, and Ignition what it makes of it`, {
      skip: skip || missingPeers('ignition-2.24'),
    }, () => {
      for (const { id } of CLOUDS) {
        const ignition = taken({ program: 'butane', input: textOf({ ...request, platform, cloud: id }) });
        assert.deepEqual(judge(ignition), { accepted: true, entries: [] });
        const [unit] = JSON.parse(ignition).systemd.units as Yaml[];
        assert.equal(unit.enabled, true);
        assert(JSON.stringify(unit).includes(TOKEN));
      }
    });
  }

  test(`Compose takes its file over ${title} with the variables that it demands, and not without`, {
    skip,
  }, async () => {
    await using dir = await createTempDir();
    const file = `${dir.path}/compose.yaml`;
    await writeFile(file, textOf({ ...request, platform: 'compose' }));
    const isOne = request.address !== undefined;
    const env = isOne ? {} : { NAME: 'n1', ADDRESS: '10.0.0.1' };
    const { etcd } = JSON.parse(taken({ program: 'compose', args: [file], env })).services;
    const { ETCD_NAME: name, ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrls } = etcd.environment;
    assert.equal(name, 'n1');
    assert.match(peerUrls, /^https?:\/\/10\.0\.0\.1:2380$/);
    const { status, err } = read({ program: 'compose', args: [file] });
    assert.equal(status, isOne ? 0 : 1);
    if (!isOne) assert.match(err, /NAME is missing a value: a name that no other member has/);
  });

  test(`Quadlet makes a unit of its file over ${title}, with every variable for etcd`, { skip }, async () => {
    await using dir = await createTempDir();
    const file = `${dir.path}/etcd.container`;
    const text = textOf({ ...request, platform: 'quadlet' });
    await writeFile(file, text);
    const service = parseUnit(taken({ program: 'quadlet', args: [file] })).get('Service');
    const [command = ''] = valuesOf(service, 'ExecStart');
    const variables = valuesOf(parseUnit(text).get('Container'), 'Environment');
    assert(variables.length >= 7);
    for (const variable of variables) assert(command.split(' ').includes(variable), variable);
  });
}

for (const { id, clcPlatform, flatcarVariable } of CLOUDS) {
  test(`ct makes of the Container Linux Config what etcd is started with on ${id}`, { skip }, () => {
    const input = textOf({
      discoveryUrl: `http://10.0.0.5:8087/${TOKEN}`,
      platform: 'clc',
      etcdVersion: '3.5',
      cloud: id,
    });
    const { units } = JSON.parse(taken({ program: 'ct', args: [clcPlatform], input })).systemd as Yaml;
    const { dropins } = units.find(({ name }: Yaml) => name === 'etcd-member.service');
    const [reset, command = ''] = valuesOf(parseUnit(dropins[0].contents).get('Service'), 'ExecStart');
    assert.equal(reset, '');
    assert(command.includes(`--initial-advertise-peer-urls="http://\${${flatcarVariable}}:2380"`), command);
    assert(command.includes(`--discovery="http://10.0.0.5:8087/${TOKEN}"`));
    assert.doesNotMatch(command, /--name|--data-dir/);
  });
}
