import assert from 'node:assert/strict';
import { chmod, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseUnit, valuesOf } from '../deploy/files.ts';
import { listMembers, newDiscoveryUrl } from '../etcd/clusters.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { etcdProgram, missingPeers } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { textOf } from './boot.ts';

/** A machine with the unit and the script for late ones. */
interface LateMachine {
  readonly name: string;
  readonly clientPort: number;
  /** Does what systemd would. */
  start(): Promise<Program>;
}

async function prepareMachine(
  url: string,
  dialect: 'v2' | 'v3',
  name: string,
  dir: string,
): Promise<LateMachine> {
  const address = '127.0.0.1';
  const clientPort = await freePort(address);
  const request = {
    ...({ discoveryUrl: url, platform: 'late', etcdVersion: '3.6', dialect } as const),
    ...{ clientPort, peerPort: await freePort(address), dataDir: `${dir}/${name}` },
  };
  const script = `${dir}/etcd-late-${name}`;
  const text = textOf(request, 'etcd-late')
    .replaceAll('/usr/local/bin/etcd', etcdProgram('3.6', 'etcd'))
    .replaceAll('/opt/muster/bin/muster', `${repositoryRoot}bin/muster`);
  await writeFile(script, text);
  await chmod(script, 0o755);
  const command =
    valuesOf(parseUnit(textOf(request, 'etcd-late.service')).get('Service'), 'ExecStart')[0] ?? '';
  // What systemd puts in: specifiers, and variables of the unit. A second listener on the own address has no place.
  const words = command
    .replaceAll('%H', name)
    .replaceAll(`\${ADDRESS}`, address)
    .replace(/(--listen-client-urls=[^ ,]+),\S+/, '$1')
    .split(/\s+/);
  assert.equal(words.shift(), '/usr/local/bin/etcd-late');
  const start = () => startProgram({ name, file: script, args: words, env: cleanEnvironment() });
  return { name, clientPort, start };
}

/** Writes a key where clients of this machine reach etcd, and answers all keys there: who wrote, in their order. */
function writersAt({ name, clientPort }: LateMachine, program: Program): Promise<string[]> {
  return poll(
    `the etcd of ${name}`,
    60_000,
    async () => {
      const etcdctl = await startProgram({
        name: 'etcdctl',
        file: etcdProgram('3.6', 'etcdctl'),
        args: [`--endpoints=127.0.0.1:${clientPort}`, 'put', name, 'here'],
        env: cleanEnvironment(),
      });
      if ((await etcdctl.exited).code !== 0) return undefined;
      const list = await startProgram({
        name: 'etcdctl',
        file: etcdProgram('3.6', 'etcdctl'),
        args: [`--endpoints=127.0.0.1:${clientPort}`, 'get', '', '--prefix', '--keys-only'],
        env: cleanEnvironment(),
      });
      await list.exited;
      return list.log.tail.split('\n').filter((line) => line !== '');
    },
    program.ended,
  );
}

for (const dialect of ['v2', 'v3'] as const) {
  test(`a late machine becomes a member where a place is free, and again from its data, else a proxy (${dialect})`, {
    skip: missingPeers('etcd-3.6'),
  }, async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster();
    const url = await newDiscoveryUrl(muster.url, 1);
    const first = await prepareMachine(url, dialect, 'first', dir.path);
    const member = await first.start();
    try {
      assert.deepEqual(await writersAt(first, member), ['first']);
    } finally {
      await member.stop(30_000);
    }
    const again = await first.start();
    const second = await prepareMachine(url, dialect, 'second', dir.path);
    try {
      await writersAt(first, again);
      const proxy = await second.start();
      try {
        assert.deepEqual(await writersAt(second, proxy), ['first', 'second']);
        assert.match(proxy.log.tail, /grpc-proxy|gRPC proxy/i);
      } finally {
        await proxy.stop(30_000);
      }
    } finally {
      await again.stop(30_000);
    }
    assert.equal((await listMembers(url)).length, 1);
  });
}
