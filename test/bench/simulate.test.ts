import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { runHerd } from '../../bench/simulate/herd.ts';
import type { KeptTokensFigures } from '../../bench/simulate/kept-tokens.ts';
import { parseSimulateOptions } from '../../bench/simulate/options.ts';
import type { SimulatedHerd } from '../../bench/simulate/simulate-herd.ts';
import { spreadOf } from '../../bench/simulate/spread.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { withSeed } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';

interface Results {
  readonly seed: number;
  readonly herd?: SimulatedHerd;
  readonly tokens?: KeptTokensFigures;
}

const PROGRAM = `${repositoryRoot}dist/bench/simulate/main.js`;

function startSimulation(args: readonly string[]): Promise<Program> {
  return startProgram({ name: 'simulate', file: process.execPath, args: [PROGRAM, ...args] });
}

async function simulate(...args: readonly string[]): Promise<Results> {
  await using dir = await createTempDir();
  const json = `${dir.path}/results.json`;
  await using program = await startSimulation([...args, '--json', json]);
  const { code } = await program.exited;
  assert.equal(code, 0, program.log.tail);
  return JSON.parse(readFileSync(json, 'utf8')) as Results;
}

const SMALL_HERD = ['--clusters', '10', '--size', '3', '--seconds', '1', '--seed', '7', 'herd'];

test('a small herd over the embedded store forms all its clusters, with what each takes', async () => {
  const { seed, herd, tokens } = await simulate(...SMALL_HERD);
  assert.equal(seed, 7);
  assert.equal(tokens, undefined);
  assert(herd !== undefined);
  const { clusters, machines, formed, retries, errors } = herd;
  assert.deepEqual(
    { clusters, machines, formed, retries, errors },
    { clusters: 10, machines: 30, formed: 10, retries: 0, errors: {} },
  );
  // The token, three registrations, and of each member that it has received its answer.
  assert.equal(herd.revisionsPerCluster, 7);
  assert.equal(herd.registration.count, 30);
  assert.equal(herd.knowing.count, 10);
  assert(herd.peakConnections >= 30, 'machines keep their connection when they have joined');
});

test('a small herd over several Musters on an etcd cluster forms all its clusters', {
  skip: missingPeers('etcd-3.6'),
}, async () => {
  const { herd } = await simulate('--store', 'etcd', '--replicas', '2', ...SMALL_HERD);
  assert.equal(herd?.formed, 10);
  assert.equal(herd.muster.processes, 2);
  assert.equal(herd.etcd?.processes, 3);
});

test('tokens are kept, read, and removed when their time is over', async () => {
  const { herd, tokens } = await simulate('--tokens', '700', 'tokens');
  assert.equal(herd, undefined);
  assert(tokens !== undefined);
  assert.equal(tokens.tokens, 700);
  assert.equal(tokens.expiry.tokens, 100);
  assert(tokens.expiry.read.count > 0);
  assert.equal(tokens.ended.tokens, 100);
});

test('a herd whose tokens are refused forms nothing, and says why', (t) =>
  withSeed(t, async (random) => {
    await using muster = await startMuster({ args: ['--create', 'admin'] });
    const figures = await runHerd(
      { clusters: 2, size: 1, seconds: 1, random, patienceSeconds: 0 },
      { urls: [muster.url], publicUrl: muster.url },
    );
    assert.equal(figures.formed, 0);
    assert.deepEqual(Object.keys(figures.errors), ['answer 403']);
  }));

test('the program fails when not all clusters form', async () => {
  // Machines keep their connections, so that the last ones find no file to open.
  const command = 'ulimit -n 144; exec "$0" "$@"';
  const args = ['--clusters', '50', '--seconds', '1', '--patience', '1', 'herd'];
  await using program = await startProgram({
    name: 'simulate',
    file: '/bin/sh',
    args: ['-c', command, process.execPath, PROGRAM, ...args],
  });
  const { code } = await program.exited;
  assert.equal(code, 1, program.log.tail);
  assert.match(program.log.tail, /of 50 clusters did not form/);
});

test('a command line that cannot be meant is refused', async () => {
  for (const args of [
    ['--clusters', '0'],
    ['--seconds', 'ten'],
    ['--store', 'memory'],
    ['--store', 'etcd', '--replicas', '4'],
    ['--replicas', '2'],
    ['sheep'],
  ]) {
    assert.throws(() => parseSimulateOptions(args), TypeError, args.join(' '));
  }
  await using program = await startSimulation(['--clusters', '0']);
  const { code } = await program.exited;
  assert.equal(code, 1);
});

test('a spread has the value that half, 99 of 100 and all are not above', () => {
  const values = Array.from({ length: 200 }, (_, place) => 200 - place);
  assert.deepEqual(spreadOf(values), { count: 200, median: 100, p99: 198, max: 200 });
  assert.deepEqual(spreadOf([5]), { count: 1, median: 5, p99: 5, max: 5 });
});
