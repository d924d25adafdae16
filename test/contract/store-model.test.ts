import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DEFAULT_JOURNAL_BOUNDS, type JournalBounds } from '../../src/store/lmdb/journal.ts';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { HISTORY_ANCHOR_KEY, type Operation } from '../../src/store/store.ts';
import { crashImage } from '../lmdb/crash-image.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { temporaryFolder } from '../support/temp-dir.ts';
import { bytes, commit, held, settle } from './open-store.ts';

const TOKENS = ['a'.repeat(32), 'b'.repeat(32)] as const;
const KEYS = [HISTORY_ANCHOR_KEY, '_state', 'members/1', 'members/2', 'é'];

/** Every time is a multiple of this, and so is every step of the clock. */
const STEP_MS = 1_000;

type Change = { key: string; value: string | undefined; lifeSteps: number | undefined };
type Step =
  | { type: 'commits'; commits: { token: string; changes: Change[] }[] }
  | { type: 'advance' }
  | { type: 'restart' }
  | { type: 'crash' };

const change: fc.Arbitrary<Change> = fc.record({
  key: fc.constantFrom(...KEYS),
  value: fc.option(fc.string({ maxLength: 4 }), { nil: undefined, freq: 3 }),
  lifeSteps: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined, freq: 1 }),
});
const commits = fc.array(
  fc.record({
    token: fc.constantFrom(...TOKENS),
    changes: fc.uniqueArray(change, { selector: ({ key }) => key, maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 5 },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: commits.map((commits) => ({ type: 'commits' as const, commits })) },
  { weight: 3, arbitrary: fc.constant({ type: 'advance' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'restart' as const }) },
  { weight: 1, arbitrary: fc.constant({ type: 'crash' as const }) },
);

/** How much the journal takes: all of it, or next to nothing, so that checkpoints come at any moment. */
const journal: fc.Arbitrary<JournalBounds> = fc.constantFrom(
  DEFAULT_JOURNAL_BOUNDS,
  { ...DEFAULT_JOURNAL_BOUNDS, checkpointMs: 1e12 },
  { firstBytes: 512, checkpointBytes: 700, maxBytes: 1024, checkpointMs: 2 * STEP_MS },
  { firstBytes: 64, checkpointBytes: 1, maxBytes: 1, checkpointMs: 1e12 },
);

function operationsOf(changes: readonly Change[], now: number): Operation[] {
  return changes.map(({ key, value, lifeSteps }) =>
    value === undefined
      ? { type: 'delete', key }
      : {
          type: 'put',
          key,
          value: bytes(value),
          ...(lifeSteps === undefined ? {} : { expiresAt: now + lifeSteps * STEP_MS }),
        },
  );
}

test('the lmdb store does what the memory store does, also over restarts and crashes', {
  timeout: 120_000,
}, async (t) => {
  await fc.assert(
    fc.asyncProperty(journal, fc.array(step, { maxLength: 25 }), async (journal, steps) => {
      const clock = new FakeClock();
      let folder = temporaryFolder(t);
      const model = createMemoryStore({ clock });
      let store = await openLmdbStore({ folder, clock, journal });
      try {
        for (const step of steps) {
          if (step.type === 'restart') {
            await store.close();
            store = await openLmdbStore({ folder, clock, journal });
          } else if (step.type === 'crash') {
            // A checkpoint that is under way would make a copy of the data file that no crash leaves.
            if (journal.checkpointMs < 1e12 || journal.maxBytes === 1) continue;
            const image = crashImage(t, folder);
            const crashed = store;
            folder = image;
            store = await openLmdbStore({ folder, clock, journal });
            await crashed.close();
          } else if (step.type === 'advance') {
            clock.advance(STEP_MS);
          } else {
            const now = clock.now();
            const results = [store, model].map((each) =>
              Promise.all(
                step.commits.map(({ token, changes }) => commit(each, token, ...operationsOf(changes, now))),
              ),
            );
            assert.deepEqual(await results[0], await results[1]);
            clock.advance(0);
          }
          await settle(store, TOKENS[0]);
          assert.equal(store.revision, model.revision);
          assert.equal((await store.stats()).keys, (await model.stats()).keys);
          for (const token of TOKENS) assert.deepEqual(await store.range(token), await model.range(token));
        }
        const revision = model.revision;
        for (const token of TOKENS) {
          for (const from of [0, 2, revision >> 1, revision - 1, revision, revision + 1]) {
            assert.deepEqual(await held(store, token, from), await held(model, token, from));
          }
        }
      } finally {
        await store.close();
        await model.close();
      }
    }),
    { numRuns: 60 },
  );
});
