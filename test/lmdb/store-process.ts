/**
 * A process that opens the embedded store, for tests that need another process or kill one:
 *
 *     store-process hold <folder>     opens the store, says "open", and holds it until stdin ends
 *     store-process write <folder>    commits without end and says "<i> <revision>" for each that was answered
 *     store-process churn <folder>    the same with a journal so small that there is always a checkpoint under way
 *
 * A store that cannot be opened is "failed <code> <message>", and exit status 1.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '../../src/clock/clock.ts';
import { isMusterError } from '../../src/errors.ts';
import type { JournalBounds } from '../../src/store/lmdb/journal.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { HISTORY_ANCHOR_KEY, type Operation, type Store } from '../../src/store/store.ts';

/** Written by `write`: commit `i` puts its number under two keys, and deletes what came five commits earlier. */
export function operationsOf(i: number): Operation[] {
  const value = Buffer.from(`${i}`);
  return [
    { type: 'put', key: HISTORY_ANCHOR_KEY, value },
    { type: 'put', key: `a/${i}`, value },
    { type: 'put', key: `b/${i}`, value },
    { type: 'delete', key: `a/${i - 5}` },
    { type: 'delete', key: `b/${i - 5}` },
  ];
}

const SMALL_JOURNAL: JournalBounds = {
  firstBytes: 512,
  checkpointBytes: 1,
  maxBytes: 4096,
  checkpointMs: 1,
};

export const WRITE_TOKEN: string = 'f'.repeat(32);

/** A line to stdout that is out when this returns, so that a kill cannot swallow it. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function write(store: Store): Promise<void> {
  const first = (await store.range(WRITE_TOKEN)).entries.at(0);
  let i = first === undefined ? 0 : Number(Buffer.from(first.value)) + 1;
  const lane = async () => {
    for (;;) {
      const mine = i++;
      const { revision } = await store.transact(WRITE_TOKEN, () => ({
        operations: operationsOf(mine),
        outcome: undefined,
      }));
      say(`${mine} ${revision}`);
    }
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

async function main(mode: string | undefined, folder = ''): Promise<void> {
  try {
    const journal = mode === 'churn' ? { journal: SMALL_JOURNAL } : {};
    const store = await openLmdbStore({ folder, clock: systemClock, ...journal });
    say('open');
    if (mode !== 'hold') await write(store);
    for await (const _ of process.stdin);
    await store.close();
    say('closed');
  } catch (error) {
    say(`failed ${isMusterError(error) ? error.code : 'unexpected'} ${String(error)}`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === import.meta.filename) await main(process.argv[2], process.argv[3]);
