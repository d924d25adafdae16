/** `npm run bench`: Muster side by side with its alternatives, as one table of ratios. See README.md here. */
import { writeFileSync } from 'node:fs';
import { missingPeers } from '../test/support/peers.ts';
import { createTempDir } from '../test/support/temp-dir.ts';
import type { Bench, BenchContext } from './bench.ts';
import { benchBootstraps } from './bootstraps.ts';
import { benchEtcdClusters } from './etcd-clusters.ts';
import { benchEtcdStore } from './etcd-store.ts';
import { describeMachine } from './machine.ts';
import { benchNewTokens } from './new-tokens.ts';
import { benchNotification } from './notification.ts';
import { benchOpenPages } from './open-pages.ts';
import { type BenchOptions, parseBenchOptions } from './options.ts';
import { benchPageEvents } from './page-events.ts';
import { benchParkedWatches } from './parked-watches.ts';
import { benchReads } from './reads.ts';
import { benchRegistrations } from './registrations.ts';
import { benchRestart } from './restart.ts';
import { isMet, type Row, ratioOf } from './row.ts';
import { type GoSide, HAS_ETCD, HAS_GO, type Side, startEtcd, startGo, startMuster } from './servers.ts';
import { formatTable } from './table.ts';
import { benchTranspile } from './transpile.ts';
import { benchV3Notification } from './v3-notification.ts';
import { benchV3ParkedWatches } from './v3-parked-watches.ts';
import { benchV3Reads } from './v3-reads.ts';
import { benchV3Registrations } from './v3-registrations.ts';

const BENCHES: ReadonlyMap<string, Bench> = new Map([
  ['reads', benchReads],
  ['registrations', benchRegistrations],
  ['new', benchNewTokens],
  ['watches', benchParkedWatches],
  ['pages', benchOpenPages],
  ['page-events', benchPageEvents],
  ['notification', benchNotification],
  ['clusters', benchEtcdClusters],
  ['bootstraps', benchBootstraps],
  ['restart', benchRestart],
  ['v3-reads', benchV3Reads],
  ['v3-registrations', benchV3Registrations],
  ['v3-watches', benchV3ParkedWatches],
  ['v3-notification', benchV3Notification],
  ['etcd-store', benchEtcdStore],
  ['transpile', benchTranspile],
]);

const HELP = `npm run bench -- [--quick] [--json FILE] [BENCH ...]

  BENCH        ${[...BENCHES.keys()].join(', ')}; default: all
  --quick      fewer and shorter rounds
  --json FILE  the results also as JSON
`;

async function run(options: BenchOptions): Promise<Row[]> {
  await using dir = await createTempDir();
  const started: AsyncDisposable[] = [];
  const keep = <T extends AsyncDisposable>(side: T): T => {
    started.push(side);
    return side;
  };
  let muster: Promise<Side> | undefined;
  let go: Promise<GoSide | undefined> | undefined;
  let etcd: Promise<Side | undefined> | undefined;
  const context: BenchContext = {
    quick: options.quick,
    rounds: options.quick ? 2 : 7,
    loadSeconds: 1,
    dir,
    muster() {
      muster ??= startMuster(`${dir.path}/muster`).then(keep);
      return muster;
    },
    go() {
      go ??= HAS_GO ? startGo(`${dir.path}/etcd-of-go`).then(keep) : Promise.resolve(undefined);
      return go;
    },
    etcd() {
      etcd ??= HAS_ETCD ? startEtcd(`${dir.path}/etcd-3.6`).then(keep) : Promise.resolve(undefined);
      return etcd;
    },
  };
  const rows: Row[] = [];
  try {
    for (const [name, bench] of BENCHES) {
      if (options.only.length > 0 && !options.only.includes(name)) continue;
      const startedAt = performance.now();
      try {
        rows.push(...(await bench(context)));
      } catch (error) {
        // One bench that fails must not take the figures of the others with it.
        console.error(`${name} FAILED:`, error);
        process.exitCode = 1;
      }
      console.error(`${name}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    }
  } finally {
    await Promise.all(started.map((side) => side[Symbol.asyncDispose]()));
  }
  return rows;
}

async function main(): Promise<void> {
  const options = parseBenchOptions(process.argv.slice(2), [...BENCHES.keys()]);
  if (options.help) {
    console.log(HELP);
    return;
  }
  const missing = missingPeers('wrk', 'etcd-discovery', 'etcd-3.4', 'etcd-3.6');
  if (missing !== false) console.error(missing);
  const machine = await describeMachine();
  const rows = await run(options);
  console.log(`\n${machine}\n\n${formatTable(rows)}`);
  if (options.jsonFile === undefined) return;
  const results = rows.map((row) => ({ ...row, ratio: ratioOf(row), met: isMet(row) }));
  writeFileSync(options.jsonFile, `${JSON.stringify({ machine, quick: options.quick, results }, null, 2)}\n`);
}

await main();
