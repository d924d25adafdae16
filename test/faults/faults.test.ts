import { test } from 'node:test';
import { missingPeers } from '../support/peers.ts';
import { type Random, withSeed } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { FAULTS } from './faults.ts';
import { type Site, startSite } from './site.ts';
import { startWorkload } from './workload.ts';

/** `npm run test:faults` asks for many more. */
const { MUSTER_FAULT_ROUNDS: rounds } = process.env;
const ROUNDS = Number(rounds ?? Object.keys(FAULTS).length);
const REPLICAS = 3;
const ROUND_MS = 180_000;

test(
  `${ROUNDS} faults between ${REPLICAS} replicas, their etcd cluster and the network lose nothing`,
  {
    skip: missingPeers('etcd-3.5'),
    timeout: ROUNDS * ROUND_MS,
  },
  (t) =>
    withSeed(t, async (random) => {
      await using dir = await createTempDir();
      await using site = await startSite('3.5', dir.path, REPLICAS);
      const names = Object.keys(FAULTS);
      for (let round = 0; round < ROUNDS; round++) {
        const name = names[round % names.length] ?? '';
        try {
          await runRound(site, name, random.fork());
        } catch (error) {
          const logs = site.replicas.map(({ muster }) => muster.log.tail).join('\n');
          throw new Error(
            `round ${round + 1}, ${name}: ${error instanceof Error ? error.message : error}\n${logs}`,
            {
              cause: error,
            },
          );
        }
        t.diagnostic(`round ${round + 1}: ${name}`);
      }
    }),
);

async function runRound(site: Site, name: string, random: Random): Promise<void> {
  const urls = site.replicas.map(({ muster }) => muster.url);
  const workload = await startWorkload(urls, random.fork());
  const fault = FAULTS[name];
  if (fault === undefined) throw new Error(`there is no fault ${name}`);
  await Promise.all([workload.done, fault(site, random.fork())]);
  await workload.check();
}
