import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { parsePageName } from '../../src/server/pages.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { readImage } from './containerfile.ts';
import { findTool, readYaml, settingsOf, type Yaml } from './files.ts';

const FOLDER = 'deploy/kubernetes';
const FILES = ['muster.yaml', 'single.yaml', 'etcd.yaml'] as const;

/** One file: the workload, and what stands beside it. */
function load(file: string): {
  workload: Yaml;
  pod: Yaml;
  container: Yaml;
  services: Yaml[];
  budgets: Yaml[];
} {
  const documents = readYaml(`${FOLDER}/${file}`);
  const ofKind = (...kinds: string[]): Yaml[] => documents.filter(({ kind }) => kinds.includes(kind));
  const [workload, ...others] = ofKind('Deployment', 'StatefulSet');
  assert(workload !== undefined && others.length === 0, file);
  const services = ofKind('Service');
  const budgets = ofKind('PodDisruptionBudget');
  assert.equal(1 + services.length + budgets.length, documents.length, `${file} has nothing else`);
  const pod = workload.spec.template.spec;
  assert.equal(pod.containers.length, 1);
  return { workload, pod, container: pod.containers[0], services, budgets };
}

const portOf = (container: Yaml, name: string): number =>
  container.ports.find((port: Yaml) => port.name === name)?.containerPort;

for (const file of FILES) {
  const { workload, pod, container, services, budgets } = load(file);

  test(`${file}: every selector finds the pods`, () => {
    const labels = workload.spec.template.metadata.labels;
    const selectors = [
      workload.spec.selector.matchLabels,
      ...services.map(({ spec }) => spec.selector),
      ...budgets.map(({ spec }) => spec.selector.matchLabels),
      ...(pod.topologySpreadConstraints ?? []).map((one: Yaml) => one.labelSelector.matchLabels),
    ];
    for (const selector of selectors) {
      assert(Object.keys(selector).length > 0);
      for (const [key, value] of Object.entries(selector)) assert.equal(labels[key], value);
    }
    for (const { spec } of services) {
      for (const { targetPort, port } of spec.ports) assert.equal(portOf(container, targetPort), port);
    }
    if (workload.kind === 'StatefulSet') {
      assert(services.some(({ metadata }) => metadata.name === workload.spec.serviceName));
    }
  });

  test(`${file}: every volume has its place and every place its volume`, () => {
    const claims = (workload.spec.volumeClaimTemplates ?? []).map((claim: Yaml) => claim.metadata.name);
    const volumes = (pod.volumes ?? []).map((volume: Yaml) => volume.name);
    const mounts = container.volumeMounts.map((mount: Yaml) => mount.name);
    assert.deepEqual([...claims, ...volumes].sort(), mounts.sort());
  });

  test(`${file}: liveness does not ask the store, readiness does`, () => {
    const { startupProbe, livenessProbe, readinessProbe } = container;
    for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe]) {
      assert(portOf(container, httpGet.port) > 0, httpGet.port);
    }
    assert.equal(startupProbe.httpGet.path, '/livez');
    assert.equal(livenessProbe.httpGet.path, '/livez');
    assert.equal(readinessProbe.httpGet.path, '/readyz');
    assert.deepEqual(['/livez', '/readyz'].map(parsePageName), ['live', 'health']);
  });

  test(`${file}: the container may do nothing but its work`, () => {
    assert.equal(pod.automountServiceAccountToken, false);
    assert.equal(pod.enableServiceLinks, false);
    assert.equal(pod.securityContext.runAsNonRoot, true);
    assert.equal(pod.securityContext.seccompProfile.type, 'RuntimeDefault');
    assert.deepEqual(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  test(`${file}: a drain of nodes leaves enough pods`, () => {
    const { replicas } = workload.spec;
    const left = budgets.map(({ spec }) => spec.minAvailable ?? replicas - spec.maxUnavailable);
    if (replicas === 1) return assert.deepEqual(left, [], 'a budget would forbid every drain');
    assert.equal(left.length, 1);
    assert(left[0] < replicas, 'one pod at a time can go');
    assert(left[0] >= (file === 'etcd.yaml' ? Math.floor(replicas / 2) + 1 : 1));
  });
}

/** The settings of a workload of Muster. */
function settingsIn(container: Yaml): ReturnType<typeof settingsOf> {
  const [command, ...args] = container.args;
  assert.equal(command, 'serve');
  const env = Object.fromEntries(container.env.map(({ name, value }: Yaml) => [name, value]));
  return settingsOf(args, env);
}

for (const file of ['muster.yaml', 'single.yaml'] as const) {
  test(`${file}: Muster takes its settings, and ports and files are where they say`, () => {
    const { pod, container } = load(file);
    const settings = settingsIn(container);
    const isMounted = (path: string): boolean =>
      container.volumeMounts.some(({ mountPath }: Yaml) => path.startsWith(`${mountPath}/`));
    assert.equal(settings.listen.port, portOf(container, 'discovery'));
    assert(settings.metrics.kind === 'own');
    assert.equal(settings.metrics.address.port, portOf(container, 'metrics'));
    assert.equal(settings.create, 'admin');
    assert(isMounted(settings.adminTokenFile ?? ''), settings.adminTokenFile);
    if (file === 'single.yaml') assert(settings.store.kind === 'lmdb' && isMounted(settings.store.folder));
    const [user, group] = readImage().user.split(':').map(Number);
    const { runAsUser, runAsGroup, fsGroup } = pod.securityContext;
    assert.deepEqual([runAsUser, runAsGroup, fsGroup], [user, group, group]);
    const [, pause] = container.lifecycle.preStop.exec.command;
    assert(pod.terminationGracePeriodSeconds > Number(pause) + settings.shutdownTimeoutSeconds);
  });
}

test('muster.yaml names the members of etcd.yaml', () => {
  const etcd = load('etcd.yaml');
  const { name } = etcd.workload.metadata;
  const hosts = Array.from({ length: etcd.workload.spec.replicas }, (_, n) => `${name}-${n}.${name}`);
  const store: string = load('muster.yaml').container.env.find(
    (one: Yaml) => one.name === 'MUSTER_STORE',
  ).value;
  assert.equal(store, `etcd:${hosts.map((host) => `http://${host}:${portOf(etcd.container, 'client')}`)}`);
  const cluster = hosts.map((host, n) => `${name}-${n}=http://${host}:${portOf(etcd.container, 'peer')}`);
  assert(etcd.container.command.includes(`--initial-cluster=${cluster}`));
  // Found by name before they are ready.
  assert.equal(etcd.services[0].spec.clusterIP, 'None');
  assert.equal(etcd.services[0].spec.publishNotReadyAddresses, true);
  assert.equal(etcd.workload.spec.podManagementPolicy, 'Parallel');
});

test('the kustomization has both files and every image in them', () => {
  const [{ resources, images }] = readYaml(`${FOLDER}/kustomization.yaml`) as [Yaml];
  assert.deepEqual(resources, ['etcd.yaml', 'muster.yaml']);
  const named = resources.map((file: string) => load(file).container.image);
  assert.deepEqual(named.sort(), images.map((image: Yaml) => image.name).sort());
});

test('kubectl builds the kustomization', (t) => {
  const tool = findTool(t, 'kubectl', `that kubectl takes ${FOLDER}/kustomization.yaml`);
  if (tool === undefined) return;
  const { status, stdout, stderr } = spawnSync(tool, ['kustomize', FOLDER], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /image: muster:\d/);
  assert.match(stdout, /image: etcd:v\d/);
});

const missing = missingPeers('etcd-3.6');

test('etcd takes the arguments of etcd.yaml, and its probes answer', { skip: missing }, async () => {
  await using dir = await createTempDir();
  const { workload, container } = load('etcd.yaml');
  const { name } = workload.metadata;
  const count: number = workload.spec.replicas;
  // The names of the pods and their ports, on this machine.
  const ports = await Promise.all(Array.from({ length: 3 * count }, () => freePort()));
  const move = (text: string, own: number): string =>
    text
      .replaceAll('$(POD)', `${name}-${own}`)
      .replace(/\/\/0\.0\.0\.0:/g, `//${name}-${own}.${name}:`)
      .replaceAll(
        new RegExp(`${name}-(\\d)\\.${name}:(2379|2380|2381)`, 'g'),
        (_found, member, port) => `127.0.0.1:${ports[Number(member) * 3 + Number(port) - 2379]}`,
      )
      .replace('/data/', `${dir.path}/${own}/`);
  const [, ...args] = container.command as string[];
  const members: Program[] = [];
  try {
    for (let own = 0; own < count; own++) {
      const options = { file: etcdProgram('3.6', 'etcd'), env: cleanEnvironment() };
      const moved = args.map((arg) => move(arg, own));
      members.push(await startProgram({ ...options, name: `${name}-${own}`, args: moved }));
    }
    for (const [own, member] of members.entries()) {
      for (const { httpGet } of [container.livenessProbe, container.readinessProbe]) {
        const url = `http://127.0.0.1:${ports[own * 3 + 2]}${httpGet.path}`;
        await poll(
          url,
          20_000,
          async (signal) => (await fetch(url, { signal })).ok || undefined,
          member.ended,
        );
      }
    }
  } finally {
    await Promise.all(members.map((member) => member[Symbol.asyncDispose]()));
  }
});
