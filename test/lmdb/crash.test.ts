import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { held, text } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { nextLine, startStoreProcess } from './child.ts';
import { WRITE_TOKEN } from './store-process.ts';

const ROUNDS = 6;

test(
  'kill -9: what was answered is there, what was not is there whole or not at all',
  {
    timeout: 120_000,
  },
  (t) => killRepeatedly(t, 'write'),
);

test('kill -9 while a checkpoint is under way: the same', { timeout: 120_000 }, (t) =>
  killRepeatedly(t, 'churn'),
);

/** Resolves when so many changes of the files in a folder were seen. */
function changes(folder: string, count: number, signal: AbortSignal): Promise<void> {
  let seen = 0;
  const watcher = watch(folder, { signal });
  return new Promise((resolve) => watcher.on('change', () => ++seen === count && resolve()));
}

async function killRepeatedly(t: TestContext, mode: 'write' | 'churn'): Promise<void> {
  const folder = temporaryFolder(t);
  const answered = new Map<number, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const writer = startStoreProcess(t, mode, folder);
    assert.equal(await nextLine(writer), 'open');
    const wanted = answered.size + 20 + 37 * round;
    const note = (line: string) => {
      assert.match(line, /^\d+ \d+$/);
      const [i, revision] = line.split(' ');
      answered.set(Number(i), Number(revision));
    };
    while (answered.size < wanted) note(await nextLine(writer));
    await writer.kill();
    // Nor does it matter how far a start gets.
    const starter = startStoreProcess(t, 'hold', folder);
    const watching = new AbortController();
    await Promise.race([nextLine(starter), changes(folder, 1 + round, watching.signal)]);
    watching.abort();
    await starter.kill();
    // What it said before it died counts, also where nobody had listened yet. The last line may be cut.
    for await (const line of writer.lines) if (/^\d+ \d+$/.test(line)) note(line);

    const store = await openLmdbStore({ folder, clock: new FakeClock() });
    const { entries, revision } = await store.range(WRITE_TOKEN);
    const commits = await held(store, WRITE_TOKEN, 0);
    await store.close();

    assert.deepEqual(
      commits.map((commit) => commit.revision),
      Array.from({ length: revision - 1 }, (_, i) => 2 + i),
      'the history has a gap',
    );
    const byNumber = new Map<number, number>();
    for (const { revision, events } of commits) {
      const puts = events.flatMap((event) => (event.type === 'put' ? [event.entry] : []));
      const [anchor, a, b] = puts;
      const i = text(anchor?.value ?? new Uint8Array());
      assert.deepEqual([puts.length, a?.key, b?.key], [3, `a/${i}`, `b/${i}`], 'half a commit');
      byNumber.set(Number(i), revision);
    }
    for (const [i, revision] of answered) assert.equal(byNumber.get(i), revision, `commit ${i} is lost`);
    const numbers = (prefix: string) =>
      entries.flatMap(({ key }) => (key.startsWith(prefix) ? [key.slice(2)] : []));
    assert.deepEqual(numbers('a/'), numbers('b/'));
  }
}
