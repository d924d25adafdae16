import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openLmdbStore } from '../../src/store/lmdb/lmdb-store.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import { HISTORY_ANCHOR_KEY, type Operation } from '../../src/store/store.ts';
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
  | { type: 'restart' };

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

test('the lmdb store does what the memory store does, also over restarts', {
  timeout: 120_000,
}, async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const clock = new FakeClock();
      const folder = temporaryFolder(t);
      const model = createMemoryStore({ clock });
      let store = await openLmdbStore({ folder, clock });
      try {
        for (const step of steps) {
          if (step.type === 'restart') {
            await store.close();
            store = await openLmdbStore({ folder, clock });
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
