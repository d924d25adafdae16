import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parsePageName } from '../../src/server/pages.ts';
import { repositoryRoot } from '../support/repository.ts';
import { askedBy, readImage } from './containerfile.ts';
import { environmentOf, parseUnit, read, readYaml, settingsOf, type UnitEntry, valuesOf } from './files.ts';

const image = readImage();
const [user = ''] = image.user.split(':');
/** The image and its version, which all files name. */
const IMAGE = `muster:${JSON.parse(read('package.json')).version}`;

/** What every form of the container comes to, in the words of its own file. */
interface Container {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** The paths in the container that are mounted. */
  readonly mounts: readonly string[];
  readonly image: string;
  readonly files: number;
  readonly stopSeconds: number;
}

function assertFits(container: Container): void {
  const [command, ...args] = container.args;
  assert.equal(command, 'serve');
  const settings = settingsOf(args, { ...image.env, ...container.env });
  assert.deepEqual(settings.listen, { host: '', port: image.port });
  assert.deepEqual(settings.store, { kind: 'lmdb', folder: image.volume });
  assert.equal(settings.create, 'admin');
  assert(settings.publicUrl, 'what machines reach it by');
  assert.deepEqual([...container.mounts].sort(), [image.volume, settings.adminTokenFile].sort());
  assert(container.image.endsWith(IMAGE), container.image);
  assert(container.files > 30_000);
  assert(container.stopSeconds > settings.shutdownTimeoutSeconds);
}

test('the container file copies what is there and builds with the Node.js that Muster needs', () => {
  for (const stage of image.stages) {
    const [from] = stage;
    const [, major] = /^node:(\d+)-\S+(?: AS build)?$/.exec(from?.text ?? '') ?? [];
    assert(Number(major) >= 20, from?.text);
  }
  const [build = [], run = []] = image.stages;
  for (const { name, text } of build.filter((one) => one.name === 'COPY')) {
    const sources = text.split(/ +/).slice(0, -1);
    for (const source of sources) assert(existsSync(join(repositoryRoot, source)), `${name} ${source}`);
  }
  // What the builder is sent has all of it.
  const sent = readFileSync(join(repositoryRoot, '.containerignore'), 'utf8').split('\n');
  for (const { text } of build.filter((one) => one.name === 'COPY')) {
    for (const source of text.split(/ +/).slice(0, -1)) assert(sent.includes(`!${source}`), source);
  }
  const copied = run.find((one) => one.name === 'COPY')?.text ?? '';
  assert.equal(copied, '--from=build /build/package /opt/muster');
});

test('the container runs as nobody of the host, and its health check does not ask the store', () => {
  assert.match(image.user, /^[1-9]\d+:[1-9]\d+$/);
  assert.deepEqual(image.command, ['node', '/opt/muster/bin/muster', 'serve']);
  const settings = settingsOf(image.command.slice(3), image.env);
  assert.deepEqual(settings.listen, { host: '', port: image.port });
  assert.deepEqual(settings.store, { kind: 'lmdb', folder: image.volume });
  const asked = askedBy(image.healthCommand.join(' '));
  assert.equal(asked.port, image.port);
  assert.equal(parsePageName(asked.path), 'live');
});

test('the compose file runs the image of the container file', () => {
  const [{ services, volumes, secrets }] = readYaml('deploy/compose/compose.yaml') as [
    ReturnType<typeof readYaml>[number],
  ];
  const { muster } = services;
  assert.deepEqual(Object.keys(services), ['muster']);
  assert(existsSync(join(repositoryRoot, 'deploy/compose', muster.build.context, muster.build.dockerfile)));
  for (const { source } of muster.volumes) assert(source in volumes, source);
  for (const { source } of muster.secrets) assert(source in secrets, source);
  const [, demanded = ''] = /^\$\{(MUSTER_PUBLIC_URL):\?/.exec(muster.environment.MUSTER_PUBLIC_URL) ?? [];
  assertFits({
    args: image.command.slice(2),
    env: { ...muster.environment, [demanded]: 'http://discovery.example:8087' },
    mounts: [...muster.volumes, ...muster.secrets].map(({ target }) => target),
    image: muster.image,
    files: muster.ulimits.nofile.soft,
    stopSeconds: Number.parseInt(muster.stop_grace_period, 10),
  });
  assert.equal(muster.network_mode, 'host');
  assert.deepEqual([muster.read_only, muster.cap_drop], [true, ['ALL']]);
  const asked = askedBy(muster.healthcheck.test.join(' '));
  assert.equal(asked.port, image.port);
  assert.equal(parsePageName(asked.path), 'health', 'others wait until the store is there');
});

/** The keys of a Quadlet's section for the container, as far as they are used here (podman-systemd.unit(5)). */
const QUADLET_KEYS = new Set(
  (
    'Image ContainerName Network Volume Environment ReadOnly ReadOnlyTmpfs DropCapability NoNewPrivileges Ulimit ' +
    'HealthCmd HealthInterval HealthTimeout HealthStartPeriod HealthRetries HealthOnFailure StopTimeout'
  ).split(' '),
);

test('the Quadlet file runs the image of the container file', () => {
  const unit = parseUnit(read('deploy/quadlet/muster.container'));
  const container = unit.get('Container') ?? [];
  const one = (key: string): string => {
    const values = valuesOf(container, key);
    assert.equal(values.length, 1, key);
    return values[0] ?? '';
  };
  assert.deepEqual(
    container.filter(([key]) => !QUADLET_KEYS.has(key)),
    [],
  );
  assertFits({
    args: image.command.slice(2),
    env: environmentOf(valuesOf(container, 'Environment')),
    mounts: valuesOf(container, 'Volume').map((text) => text.split(':')[1] ?? ''),
    image: one('Image'),
    files: Number(one('Ulimit').split(':')[1]),
    stopSeconds: Number(one('StopTimeout')),
  });
  assert.equal(one('Network'), 'host');
  assert.deepEqual([one('ReadOnly'), one('DropCapability')], ['true', 'all']);
  // What fails it is ended, so it is the image's own, which does not ask the store.
  assert.equal(one('HealthOnFailure'), 'kill');
  assert.deepEqual(JSON.parse(one('HealthCmd')), image.healthCommand);
  assertStops(unit.get('Service') ?? [], Number(one('StopTimeout')));
});

/** systemd waits for longer than the container's own stop, and does not start it again with a bad setting. */
function assertStops(service: readonly UnitEntry[], stopSeconds: number): void {
  assert(Number.parseInt(valuesOf(service, 'TimeoutStopSec')[0] ?? '', 10) > stopSeconds);
  assert.deepEqual(valuesOf(service, 'RestartPreventExitStatus'), ['2']);
}

test('the Butane file of Fedora CoreOS puts the Quadlet file and its admin token in their places', () => {
  // Modes are written as Butane takes them, in the octal of YAML 1.1.
  const [{ variant, storage }] = readYaml('deploy/butane/muster-fcos.bu', '1.1') as [
    ReturnType<typeof readYaml>[number],
  ];
  assert.equal(variant, 'fcos');
  const [quadlet, token] = storage.files;
  assert.equal(quadlet.path, '/etc/containers/systemd/muster.container');
  assert(existsSync(join(repositoryRoot, 'deploy/quadlet', quadlet.contents.local)));
  assert.deepEqual([token.mode, token.user.id], [0o400, Number(user)]);
  const mounted = valuesOf(parseUnit(read('deploy/quadlet/muster.container')).get('Container'), 'Volume');
  assert(mounted.some((text) => text.startsWith(`${token.path}:`)));
});

test('the Butane file of Flatcar runs the image of the container file', () => {
  const [{ variant, storage, systemd }] = readYaml('deploy/butane/muster-flatcar.bu', '1.1') as [
    ReturnType<typeof readYaml>[number],
  ];
  assert.equal(variant, 'flatcar');
  const service = parseUnit(systemd.units[0].contents).get('Service') ?? [];
  const [command = ''] = valuesOf(service, 'ExecStart');
  const options = command.trim().split(/ +/).slice(2);
  assert.match(options.at(-1) ?? '', /^\$\{IMAGE\}$/);
  const given = (name: string): string[] => options.filter((_, at) => options[at - 1] === `--${name}`);
  const volumes = given('volume').map((text) => text.split(':'));
  const { IMAGE: named = '' } = environmentOf(valuesOf(service, 'Environment'));
  const stopSeconds = Number(given('stop-timeout')[0]);
  assertFits({
    args: image.command.slice(2),
    env: environmentOf(given('env')),
    mounts: volumes.map(([, target = '']) => target),
    image: named,
    files: Number(/=(\d+):/.exec(given('ulimit')[0] ?? '')?.[1]),
    stopSeconds,
  });
  assert.deepEqual([given('network'), given('cap-drop')], [['host'], ['ALL']]);
  assert(options.includes('--read-only'));
  assertStops(service, stopSeconds);
  // The folders and files of the host are those that Butane makes, for the container's user.
  const made = [...storage.directories, ...storage.files].filter((one) => one.user?.id === Number(user));
  assert.deepEqual(made.map((one) => one.path).sort(), volumes.map(([source]) => source).sort());
});
