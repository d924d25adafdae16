import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { commit, entriesOf, put } from '../contract/open-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-dir.ts';

const TOKEN = 'a'.repeat(32);

test('a reader sees a commit only when its flush was reported, cold or cached', {
  timeout: 60_000,
}, async (t) => {
  let flushed = 0;
  const folder = temporaryFolder(t);
  const observer = {
    batchFlushed(commits: number) {
      flushed += commits;
    },
  };
  const store = await openLmdbStore({ folder, clock: new FakeClock(), observer });
  t.after(() => store.close());
  let done = false;
  const writes = (async () => {
    for (let i = 0; i < 300; i++) await commit(store, i % 2 === 0 ? TOKEN : `cold${i}`, put(`k${i}`, ''));
    done = true;
  })();
  while (!done) {
    // Reads of every kind between the turns of the writer: whatever they see was flushed before.
    const before = flushed;
    const { revision } = store;
    assert.ok(revision - 1 <= before, 'the revision ran ahead of the disk');
    for (const token of [TOKEN, `cold${before | 1}`, `cold${(before + 1) | 1}`]) {
      for (const entry of await entriesOf(store, token)) assert.ok(entry.modRevision <= revision);
    }
    await new Promise(setImmediate);
  }
  await writes;
  assert.equal(store.revision, 301);
});
