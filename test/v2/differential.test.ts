import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { startEtcdV2 } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Sequence, sequences } from './commands.ts';
import { type Origins, Session } from './session.ts';

/** What a failure prints; set it to run the same sequences again, and MUSTER_FUZZ_PATH for the shrunk one alone. */
const { MUSTER_FUZZ_SEED, MUSTER_FUZZ_PATH } = process.env;
const SEQUENCES = 200;
const COMMANDS_MAX = 60;
const STEPS_MIN = 3_000;
/** All sequences together, with the shrinking of a failure, end before the time of a test file is over. */
const TIMEOUT_MS = 200_000;

test('Muster answers random requests as etcd 3.4 does, apart from the differences that docs/v2-differences.md lists', {
  skip: missingPeers('etcd-3.4'),
}, async (t) => {
  await using folder = await createTempDir();
  await using etcd = await startEtcdV2({ dataDir: `${folder.path}/etcd` });
  await using muster = await startMuster({ args: ['--rate-limit', 'off', '--guard', 'off'] });
  const origins: Origins = { etcd: etcd.clientUrl, muster: muster.url };
  const seed = MUSTER_FUZZ_SEED === undefined ? Date.now() % 2 ** 31 : Number(MUSTER_FUZZ_SEED);
  t.diagnostic(`MUSTER_FUZZ_SEED=${seed}`);
  const differences = new Map<string, number>();
  let steps = 0;
  const property = fc.asyncProperty(sequences(COMMANDS_MAX), async (sequence: Sequence) => {
    steps += sequence.commands.length;
    for (const [number, count] of await runSequence(origins, sequence)) {
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

async function runSequence(origins: Origins, sequence: Sequence): Promise<Map<string, number>> {
  const session = await Session.open(origins, sequence);
  try {
    for (const command of sequence.commands) await session.run(command);
    await session.finish();
  } finally {
    await session.close();
  }
  return session.differences;
}
