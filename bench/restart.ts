import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { systemClock } from '../src/clock/clock.ts';
import { decideCreation } from '../src/registry/create.ts';
import { openLmdbStore } from '../src/store/lmdb/lmdb-store.ts';
import { median } from './alternate.ts';
import type { Bench } from './bench.ts';
import { readMemory } from './process-figures.ts';
import type { Row } from './row.ts';
import { startMuster } from './servers.ts';

const MIB = 1024 * 1024;
const FILL_AT_ONCE = 16_384;
const WEEK_SECONDS = 604_800;
const STARTS = 3;

/** How long Muster takes to be ready over a store with many tokens, and what it holds in memory then. */
export const benchRestart: Bench = async ({ quick, dir }) => {
  const rows: Row[] = [];
  const folder = `${dir.path}/restart`;
  let filled = 0;
  for (const tokens of quick ? [100_000] : [100_000, 1_000_000]) {
    await fill(folder, tokens - filled);
    filled = tokens;
    const isLargest = tokens === 1_000_000;
    const { seconds, anonymous } = await restart(folder);
    const what = (figure: string): string => `${tokens.toLocaleString('en-US')} tokens: ${figure}`;
    rows.push({
      bench: 'restart',
      what: what('start to ready'),
      unit: 's',
      muster: seconds,
      other: undefined,
      target: isLargest ? { of: 'value', max: 3 } : undefined,
    });
    rows.push({
      bench: 'restart',
      what: what('RssAnon when ready'),
      unit: 'MiB',
      muster: anonymous / MIB,
      other: undefined,
      target: isLargest ? { of: 'value', max: 150 } : undefined,
    });
  }
  await rm(folder, { recursive: true });
  return rows;
};

/** Puts new tokens into a store, by the rule that `/new` goes by. */
async function fill(folder: string, tokens: number): Promise<void> {
  const store = await openLmdbStore({ folder, clock: systemClock });
  let left = tokens;
  const work = async (): Promise<void> => {
    while (left-- > 0) {
      const token = randomBytes(16).toString('hex');
      const request = { size: 3, ttlSeconds: WEEK_SECONDS };
      await store.transact(token, (range) => decideCreation(range, request, systemClock.now()));
    }
  };
  await Promise.all(Array.from({ length: FILL_AT_ONCE }, work));
  await store.close();
}

async function restart(folder: string): Promise<{ seconds: number; anonymous: number }> {
  const seconds: number[] = [];
  const anonymous: number[] = [];
  for (let start = 0; start < STARTS; start++) {
    const startedAt = performance.now();
    await using muster = await startMuster(folder);
    seconds.push((performance.now() - startedAt) / 1000);
    anonymous.push(readMemory(muster.pids).anonymous);
  }
  return { seconds: median(seconds), anonymous: median(anonymous) };
}
