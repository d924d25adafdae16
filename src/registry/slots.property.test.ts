import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openRegistry, registrationOf } from '../../test/support/registry.ts';
import { isMusterError } from '../errors.ts';

type Step =
  | {
      readonly do: 'register';
      readonly n: number;
      readonly onConnection: number;
      readonly otherValue: boolean;
    }
  | { readonly do: 'remove'; readonly n: number }
  | { readonly do: 'elect'; readonly n: number }
  | { readonly do: 'told'; readonly n: number }
  | { readonly do: 'disconnect'; readonly connection: number };

const n = fc.integer({ min: 1, max: 6 });
const connection = fc.integer({ min: 0, max: 3 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('register' as const),
        n,
        onConnection: connection,
        otherValue: fc.boolean(),
      }),
    },
    fc.record({ do: fc.constant('remove' as const), n }),
    fc.record({ do: fc.constant('elect' as const), n }),
    fc.record({ do: fc.constant('told' as const), n }),
    fc.record({ do: fc.constant('disconnect' as const), connection }),
  ),
  { maxLength: 40 },
);

test('rule 3: whatever machines do, slots that two were shown stay as they are, and one election is won', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (size, sequence) => {
      const { registry, store } = openRegistry();
      const token = await registry.create({ size, ttlSeconds: 60 });
      const connections = [{}, {}, {}, {}];
      const shown: string[] = [];
      const winners: number[] = [];
      let revision = registry.revision;

      const run = async (step: Step): Promise<void> => {
        switch (step.do) {
          case 'register': {
            const text = step.otherValue ? { text: `n${step.n}=http://10.1.0.${step.n}:2380` } : {};
            await registry.register(registrationOf(token, step.n, text), connections[step.onConnection]);
            return;
          }
          case 'remove': {
            const { memberId } = registrationOf(token, step.n);
            await registry.remove({ token, memberId, condition: {}, isAdmin: false });
            // Only the one member that nobody else has seen can go.
            shown.length = 0;
            return;
          }
          case 'elect':
            await registry.elect({
              token,
              text: `n${step.n}`,
              condition: { exists: false },
              dialect: 'v2',
              from: '',
            });
            winners.push(step.n);
            return;
          case 'told':
            return registry.markTold(token, registrationOf(token, step.n).memberId, '10.0.0.1', undefined);
          case 'disconnect':
            return registry.connectionClosed(connections[step.connection] ?? {});
        }
      };

      for (const step of sequence) {
        const before = shown.length;
        await run(step).catch((error: unknown) => assert.ok(isMusterError(error), String(error)));
        if (shown.length === 0) assert.ok(before <= 1, 'two that were shown stay');
        const { content } = await registry.read(token);
        const slots = content.members
          .slice(0, size)
          .map(({ id, text, entry }) => `${entry.createRevision} ${id} ${text}`);
        assert.deepEqual(slots.slice(0, shown.length), shown);
        shown.splice(0, shown.length, ...slots);
        const revisions = content.members.map(({ entry }) => entry.createRevision);
        assert.equal(new Set(revisions).size, revisions.length, 'protocol 1.5: no two have one index');
        assert.ok(registry.revision - revision <= 1, 'each step is one commit at the most');
        revision = registry.revision;
      }

      assert.ok(winners.length <= 1);
      const seen: string[] = [];
      const abort = new AbortController();
      const { revision: end } = await registry.elect({
        token,
        text: 'end',
        condition: {},
        dialect: 'v2',
        from: '',
      });
      for await (const change of registry.changes(token, 1, abort.signal)) {
        if (change.revision === end) break;
        if (change.type === 'put' && change.memberId !== undefined) {
          assert.equal(change.shown.entry.version, 1, 'protocol 1.5: a member is written once');
          seen.push(change.memberId);
        }
      }
      const { content } = await registry.read(token);
      assert.deepEqual(
        seen.slice(seen.length - content.members.length),
        content.members.map(({ id }) => id),
      );
      await store.close();
    }),
    { numRuns: 200 },
  );
});
