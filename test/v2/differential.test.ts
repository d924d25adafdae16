import { test } from 'node:test';
import { assertNoDifference } from '../support/differential.ts';
import { startEtcdV2 } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Sequence, sequences } from './commands.ts';
import { type Origins, Session } from './session.ts';

const SEQUENCES = 200;
const COMMANDS_MAX = 60;
const STEPS_MIN = 3_000;
const TIMEOUT_MS = 200_000;

test('Muster answers random requests as etcd 3.4 does, apart from the differences that docs/v2-differences.md lists', {
  skip: missingPeers('etcd-3.4'),
}, async (t) => {
  await using folder = await createTempDir();
  await using etcd = await startEtcdV2({ dataDir: `${folder.path}/etcd` });
  await using muster = await startMuster({ args: ['--rate-limit', 'off', '--guard', 'off'] });
  const origins: Origins = { etcd: etcd.clientUrl, muster: muster.url };
  await assertNoDifference(t, {
    sequences: sequences(COMMANDS_MAX),
    count: SEQUENCES,
    stepsMin: STEPS_MIN,
    timeoutMs: TIMEOUT_MS,
    run: (sequence) => runSequence(origins, sequence),
  });
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
