import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { assertNoDifference } from '../support/differential.ts';
import { startMember } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { type Sequence, sequences } from './commands.ts';
import { Session, type Sides } from './session.ts';

const SEQUENCES = 130;
const COMMANDS_MAX = 30;
const STEPS_MIN = 1000;
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
  await assertNoDifference(t, {
    sequences: sequences(COMMANDS_MAX),
    count: SEQUENCES,
    stepsMin: STEPS_MIN,
    timeoutMs: TIMEOUT_MS,
    run: (sequence) => runSequence(sides, sequence),
  });
});

async function runSequence(sides: Sides, sequence: Sequence): Promise<Map<string, number>> {
  await using session = await Session.open(sides, sequence);
  for (const command of sequence.commands) await session.run(command);
  await session.finish();
  return session.differences;
}
