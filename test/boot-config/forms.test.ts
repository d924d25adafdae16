import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import { parseDocument } from 'yaml';
import { type BootConfigRequest, createBootConfig, PLATFORMS } from '../../src/boot-config/boot-config.ts';
import { findTool, parseUnit, valuesOf, type Yaml } from '../deploy/files.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { textOf } from './boot.ts';

const TOKEN = '6a28e078895c5ec737174db2419bb2f3';
const GOLDEN = `${repositoryRoot}test/boot-config/golden`;
const v2: Omit<BootConfigRequest, 'platform'> = {
  discoveryUrl: `http://10.0.0.5:8087/${TOKEN}`,
  etcdVersion: '3.5',
};
const v3: Omit<BootConfigRequest, 'platform'> = {
  discoveryUrl: `https://discovery.example/${TOKEN}`,
  etcdVersion: '3.7',
  size: 3,
  serviceTls: { caFile: '/etc/etcd/discovery-ca.crt' },
  memberTls: {
    caFile: '/etc/etcd/ca.crt',
    certFile: '/etc/etcd/member.crt',
    keyFile: '/etc/etcd/member.key',
  },
};
const { MUSTER_UPDATE_GOLDEN } = process.env;

/** The texts of a platform with their notes, as a person sees them. */
function shown(request: BootConfigRequest): string {
  const { files, notes, etcdVersion, dialect } = createBootConfig(request);
  const texts = files.map(({ name, text }) => `--- ${name}\n${text}`);
  return `etcd ${etcdVersion}, ${dialect}\n${texts.join('')}--- notes\n${notes.map((note) => `${note}\n`).join('')}`;
}

for (const { id, dialects } of PLATFORMS) {
  for (const [title, request] of [
    ['v2', v2],
    ['v3', v3],
  ] as const) {
    if (!dialects.some((dialect) => dialect === title)) continue;
    test(`${id} over ${title} is as the golden file has it`, () => {
      const file = `${GOLDEN}/${id}-${title}.txt`;
      const text = shown({ ...request, platform: id });
      if (MUSTER_UPDATE_GOLDEN === '1') writeFileSync(file, text);
      assert(existsSync(file), `run the test with MUSTER_UPDATE_GOLDEN=1 to write ${file}`);
      assert.equal(text, readFileSync(file, 'utf8'));
    });
  }
}

/** The document of a YAML text that has neither errors nor warnings in YAML 1.1 and 1.2. */
function parseYaml(text: string): Yaml {
  const [first, second] = (['1.1', '1.2'] as const).map((version) => {
    const document = parseDocument(text, { version });
    assert.deepEqual([...document.errors, ...document.warnings].map(String), []);
    return document.toJS();
  });
  assert.deepEqual(first, second);
  return first;
}

/** The flags in a command of a unit, by their names; none is there twice. */
function flagsOf(command: string): ReadonlyMap<string, string> {
  const flags = command.split(' ').flatMap((word): [string, string][] => {
    const [, flag, value] = /^--([a-z-]+)=(.+)$/.exec(word) ?? [];
    return flag === undefined || value === undefined ? [] : [[flag, value]];
  });
  assert.equal(new Set(flags.map(([flag]) => flag)).size, flags.length);
  return new Map(flags);
}

const service = (text: string) => parseUnit(text).get('Service');
const execStart = (text: string): string => valuesOf(service(text), 'ExecStart').at(-1) ?? '';

for (const [title, request] of [
  ['v2', v2],
  ['v3', v3],
] as const) {
  for (const platform of ['flags', 'docker'] as const) {
    test(`a shell takes the lines of ${platform} over ${title}`, async () => {
      await using dir = await createTempDir();
      const file = `${dir.path}/etcd.sh`;
      await writeFile(file, textOf({ ...request, platform }));
      const { status, stderr } = spawnSync('/bin/sh', ['-n', file], { encoding: 'utf8' });
      assert.deepEqual([status, stderr], [0, '']);
    });
  }

  for (const platform of ['systemd', 'cloud-init', 'butane-fcos', 'late'] as const) {
    test(`systemd takes every line of the unit of ${platform} over ${title}`, async (t) => {
      await verifyUnit(t, unitOf({ ...request, platform }));
    });
  }

  test(`cloud-init over ${title} writes the unit, finds the address, and does not wait for the cluster`, () => {
    const text = textOf({ ...request, platform: 'cloud-init' });
    assert.match(text, /^#cloud-config\n/);
    const { write_files: files, runcmd } = parseYaml(text);
    assert.equal(files[0].path, '/etc/systemd/system/etcd.service');
    assert(valuesOf(service(files[0].content), 'EnvironmentFile').includes('/etc/etcd/address.env'));
    for (const command of runcmd)
      assert.equal(spawnSync('/bin/sh', ['-n', '-c', command]).status, 0, command);
    assert.equal(runcmd.at(-1), 'systemctl enable --now --no-block etcd.service');
  });

  test(`compose over ${title} runs etcd by variables that have to be given`, () => {
    const { services, volumes } = parseYaml(textOf({ ...request, platform: 'compose' }));
    const { environment, network_mode: network, image } = services.etcd;
    assert.equal(network, 'host');
    assert.match(image, /^quay\.io\/coreos\/etcd:v\d+\.\d+\.\d+$/);
    assert.match(environment.ETCD_NAME, /^\$\{NAME:\?/);
    assert.match(environment.ETCD_INITIAL_ADVERTISE_PEER_URLS, /^https?:\/\/\$\{ADDRESS:\?[^}]+\}:2380$/);
    assert.deepEqual(Object.keys(volumes), ['etcd-data']);
  });

  test(`Butane for Flatcar over ${title} is a drop-in that leaves name and data to the unit it is for`, () => {
    const { variant, systemd } = parseYaml(textOf({ ...request, platform: 'butane-flatcar' }));
    assert.equal(variant, 'flatcar');
    const [unit] = systemd.units;
    assert.deepEqual([unit.name, unit.enabled], ['etcd-member.service', true]);
    const dropIn: string = unit.dropins[0].contents;
    const [reset, command = ''] = valuesOf(service(dropIn), 'ExecStart');
    assert.equal(reset, '');
    const flags = flagsOf(command);
    assert.equal(flags.get('name'), undefined);
    assert.equal(flags.get('data-dir'), undefined);
    assert.match(
      flags.get('initial-advertise-peer-urls') ?? '',
      /^https?:\/\/\$\{COREOS_EC2_IPV4_LOCAL\}:2380$/,
    );
  });

  test(`the Ansible variables over ${title} name the member as the inventory does`, () => {
    const { etcd_environment: environment } = parseYaml(textOf({ ...request, platform: 'ansible' }));
    assert.equal(environment.ETCD_NAME, '{{ inventory_hostname }}');
    assert.match(environment.ETCD_ADVERTISE_CLIENT_URLS, /^https?:\/\/\{\{ etcd_address \}\}:2379$/);
  });

  test(`Terraform over ${title} hands the user data of cloud-init on, letter by letter`, async (t) => {
    const terraform = findTool(t, 'terraform', 'that Terraform reads its locals');
    if (terraform === undefined) return;
    await using dir = await createTempDir();
    await writeFile(`${dir.path}/etcd.tf`, textOf({ ...request, platform: 'terraform' }));
    const options = { cwd: dir.path, encoding: 'utf8', input: 'jsonencode(local.etcd_user_data)\n' } as const;
    const { status, stdout, stderr } = spawnSync(terraform, ['console'], options);
    if (status !== 0 && /not found|permission|CLI configuration/i.test(stderr)) {
      return t.skip(`NOT CHECKED HERE: that Terraform reads its locals, because it says: ${stderr}`);
    }
    assert.equal(status, 0, stderr);
    assert.equal(JSON.parse(JSON.parse(stdout)), textOf({ ...request, platform: 'cloud-init' }));
    const formatted = spawnSync(terraform, ['fmt', '-check', 'etcd.tf'], { ...options, input: '' });
    assert.deepEqual([formatted.status, formatted.stdout], [0, ''], 'as terraform fmt writes it');
  });
}

function unitOf(request: BootConfigRequest): string {
  switch (request.platform) {
    case 'cloud-init':
      return parseYaml(textOf(request)).write_files[0].content;
    case 'butane-fcos':
      return parseYaml(textOf(request)).systemd.units[0].contents;
    case 'late':
      return textOf(request, 'etcd-late.service');
    default:
      return textOf(request);
  }
}

async function verifyUnit(t: TestContext, unit: string): Promise<void> {
  const tool = findTool(t, 'systemd-analyze', 'that systemd takes the unit');
  if (tool === undefined) return;
  await using dir = await createTempDir();
  const file = `${dir.path}/generated.service`;
  // Whether programs and other units are on this machine says nothing about the unit.
  const here = unit
    .replaceAll(/\/usr\/local\/bin\/etcd(?:-late)?|\/usr\/bin\/podman|\/usr\/bin\/mkdir/g, '/bin/true')
    .replace('Requires=afterburn.service\n', '');
  await writeFile(file, here);
  const { status, stderr } = spawnSync(tool, ['verify', '--man=no', file], { encoding: 'utf8' });
  const lines = stderr.split('\n').filter((line) => line.includes('generated.service'));
  assert.deepEqual(lines, []);
  if (status !== 0) t.skip(`NOT CHECKED HERE: that systemd takes the unit, because it says: ${stderr}`);
}

test('the line of cloud-init finds an address of this machine, as a variable that units read', async (t) => {
  const ip = findTool(t, 'ip', 'that the address of a machine is found');
  if (ip === undefined) return;
  const { runcmd } = parseYaml(textOf({ ...v2, platform: 'cloud-init' }));
  await using dir = await createTempDir();
  const file = `${dir.path}/address.env`;
  const command = runcmd
    .find((line: string) => line.includes('ip -4 route'))
    .replace('/etc/etcd/address.env', file);
  spawnSync('/bin/sh', ['-c', command]);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const found = readFileSync(file, 'utf8');
  if (found === '') return t.skip('NOT CHECKED HERE: that the address is found, because there is no route');
  assert(
    own.some(({ address }) => found === `ADDRESS=${address}\n`),
    found,
  );
});

test('the Container Linux Config has the options of its transpiler, and no name or folder of its own', () => {
  const { etcd } = parseYaml(textOf({ ...v2, platform: 'clc' }));
  assert.deepEqual(etcd, {
    version: '3.5.35',
    listen_peer_urls: 'http://{PRIVATE_IPV4}:2380',
    listen_client_urls: 'http://{PRIVATE_IPV4}:2379,http://127.0.0.1:2379',
    initial_advertise_peer_urls: 'http://{PRIVATE_IPV4}:2380',
    advertise_client_urls: 'http://{PRIVATE_IPV4}:2379',
    discovery: v2.discoveryUrl,
  });
});

test('the Quadlet file gives every variable to the container, and mounts what they name', () => {
  const container = parseUnit(textOf({ ...v3, platform: 'quadlet' })).get('Container');
  const variables = valuesOf(container, 'Environment');
  assert(variables.includes('ETCD_NAME=%H'));
  assert(variables.includes(`ETCD_DISCOVERY_TOKEN=${v3.discoveryUrl}`));
  for (const file of ['discovery-ca.crt', 'ca.crt', 'member.crt', 'member.key']) {
    assert(valuesOf(container, 'Volume').includes(`/etc/etcd/${file}:/etc/etcd/${file}:ro`), file);
  }
});

test('Butane for Fedora CoreOS takes the name and the address of the machine', () => {
  const unit = unitOf({ ...v3, platform: 'butane-fcos', cloud: 'gce' });
  const flags = flagsOf(execStart(unit));
  assert.equal(flags.get('name'), '%H');
  assert.match(flags.get('listen-peer-urls') ?? '', /\$\{AFTERBURN_GCP_IP_LOCAL_0\}/);
  assert.deepEqual(valuesOf(service(unit), 'EnvironmentFile'), ['/run/metadata/afterburn']);
});
