import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import { startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Sequence, sequences } from './commands.ts';
import { Session, type Sides } from './session.ts';

/** What a failure prints; set it to run the same sequences again, and MUSTER_FUZZ_PATH for the shrunk one alone. */
const { MUSTER_FUZZ_SEED, MUSTER_FUZZ_PATH } = process.env;
const SEQUENCES = 130;
const COMMANDS_MAX = 30;
const STEPS_MIN = 1000;
/** All sequences together, with the shrinking of a failure, end before the time of a test file is over. */
const TIMEOUT_MS = 120_000;
const ADMIN_TOKEN = 'the-operator-of-this-test';

test('Muster answers random requests as etcd 3.6 does, apart from the differences that docs/v3-differences.md lists', {
  skip: missingPeers('etcd-3.6'),
}, async (t) => {
  await using folder = await createTempDir();
  const tokenFile = `${folder.path}/admin-token`;
  await writeFile(tokenFile, ADMIN_TOKEN, { mode: 0o600 });
  await using etcd = await startMember({
    version: '3.6',
    name: 'reference',
    dataDir: `${folder.path}/etcd`,
    // Nothing here outlives the run.
    extraArgs: ['--unsafe-no-fsync'],
  });
  await etcd.waitHealthy();
  await using muster = await startMuster({
    args: ['--rate-limit', 'off', '--guard', 'off', '--admin-token-file', tokenFile],
  });
  const sides: Sides = { etcd: etcd.clientUrl, muster: muster.url, adminToken: ADMIN_TOKEN };
  const seed = MUSTER_FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(MUSTER_FUZZ_SEED);
  t.diagnostic(`MUSTER_FUZZ_SEED=${seed}`);
  const differences = new Map<string, number>();
  let steps = 0;
  const property = fc.asyncProperty(sequences(COMMANDS_MAX), async (sequence: Sequence) => {
    steps += sequence.commands.length;
    for (const [number, count] of await runSequence(sides, sequence)) {
      differences.set(number, (differences.get(number) ?? 0) + count);
    }
  });
  await fc.assert(property, {
    seed,
    numRuns: SEQUENCES,
    interruptAfterTimeLimit: TIMEOUT_MS,
    markInterruptAsFailure: true,
    includeErrorInReport: true,
    ...(MUSTER_FUZZ_PATH === undefined ? {} : { path: MUSTER_FUZZ_PATH }),
  });
  const met = [...differences].sort().map(([number, count]) => `${number} ${count} times`);
  t.diagnostic(`${steps} steps; of the differences, ${met.join(', ')}`);
  if (MUSTER_FUZZ_PATH === undefined) assert.ok(steps >= STEPS_MIN, `only ${steps} steps`);
});

async function runSequence(sides: Sides, sequence: Sequence): Promise<Map<string, number>> {
  await using session = await Session.open(sides, sequence);
  for (const command of sequence.commands) await session.run(command);
  await session.finish();
  return session.differences;
}
