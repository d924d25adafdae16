import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openRegistry, refusalOf, registerMany, registrationOf } from '../../test/support/registry.ts';
import { LIMITS } from '../limits.ts';
import type { WriteCondition } from './write-condition.ts';

type Opened = ReturnType<typeof openRegistry> & { token: string; memberId: string };

/** A registry of two slots whose first member is registered, on a connection where one is given. */
async function open(connection?: object): Promise<Opened> {
  const opened = openRegistry();
  const token = await opened.registry.create({ size: 2, ttlSeconds: 60 });
  const registration = registrationOf(token, 1);
  await opened.registry.register(registration, connection);
  return { ...opened, token, memberId: registration.memberId };
}

const CONDITIONS: readonly WriteCondition[] = [
  {},
  { exists: false },
  { exists: true },
  { value: 'n1=http://10.0.0.1:2380' },
  { revision: 3 },
  { exists: true, value: 'n1=http://10.0.0.1:2380', revision: 3 },
];

const OTHER_VALUE = { text: 'n1=http://10.9.9.9:2380' };

/** What the same and another value come to, in every state that rule 4 tells apart. */
const STATES: readonly [complete: boolean, told: boolean, twin: boolean, same: string, other: string][] = [
  [false, false, false, 'repeated', 'duplicate-member'],
  [false, false, true, 'duplicate-member', 'duplicate-member'],
  [false, true, false, 'repeated', 'duplicate-member'],
  [false, true, true, 'duplicate-member', 'duplicate-member'],
  [true, false, false, 'repeated', 'duplicate-member'],
  [true, false, true, 'duplicate-member', 'duplicate-member'],
  [true, true, false, 'member-started', 'duplicate-member'],
  [true, true, true, 'duplicate-member', 'duplicate-member'],
];

describe('rule 4: a registered member that registers again', () => {
  for (const [complete, told, twin, same, other] of STATES) {
    const state = [
      complete ? 'complete' : 'open',
      told ? 'told' : 'not told',
      twin ? 'twin connected' : 'no twin connected',
    ].join(', ');
    for (const condition of CONDITIONS) {
      test(`protocol 6.3: ${state}, under ${JSON.stringify(condition)}`, async () => {
        const connection = twin ? {} : undefined;
        const { registry, token, memberId } = await open(connection);
        if (told) await registry.markTold(token, memberId, '10.0.0.1', connection);
        if (complete) await registry.register(registrationOf(token, 2), undefined);
        for (const [changes, outcome] of [
          [OTHER_VALUE, other],
          [{}, same],
        ] as const) {
          const { content: before } = await registry.read(token);
          const registration = registrationOf(token, 1, { condition, ...changes });
          const call = (): ReturnType<typeof registry.register> => registry.register(registration, {});
          if (outcome === 'repeated') {
            const written = await call();
            assert.equal(written.kind, 'repeated');
            assert.equal(written.action, 'create', 'as the first time');
            assert.equal(written.completed, false);
            assert.equal(written.previous, undefined);
            assert.deepEqual(written.shown.entry, before.membersById.get(memberId)?.entry);
          } else {
            assert.equal((await refusalOf(call)).code, outcome);
          }
          const { content: after } = await registry.read(token);
          assert.deepEqual(
            after.members.map(({ entry }) => entry),
            before.members.map(({ entry }) => entry),
          );
        }
      });
    }
  }

  const FAILING: readonly [condition: WriteCondition, message: string][] = [
    [{ value: 'x' }, '[x != n1=http://10.0.0.1:2380]'],
    [{ revision: 9 }, '[9 != 3]'],
    [{ exists: true, value: 'x', revision: 9 }, '[x != n1=http://10.0.0.1:2380] [9 != 3]'],
  ];
  for (const [condition, message] of FAILING) {
    test(`fails the compare of ${JSON.stringify(condition)} before anything else`, async () => {
      const { registry, token } = await open();
      for (const changes of [{}, OTHER_VALUE]) {
        const registration = registrationOf(token, 1, { condition, ...changes });
        const error = await refusalOf(() => registry.register(registration, undefined));
        assert.equal(error.code, 'compare-failed');
        assert.equal(error.message, message);
      }
    });
  }

  test('over the connection that registered it is no twin of itself', async () => {
    const connection = {};
    const { registry, token } = await open(connection);
    assert.equal((await registry.register(registrationOf(token, 1), connection)).kind, 'repeated');
  });

  test('is no twin once that connection is gone, and then the new connection holds it', async () => {
    const connection = {};
    const { registry, registrants, token } = await open(connection);
    registrants.forget(connection);
    const second = {};
    assert.equal((await registry.register(registrationOf(token, 1), second)).kind, 'repeated');
    const error = await refusalOf(() => registry.register(registrationOf(token, 1), {}));
    assert.match(error.message, /still connected: two machines have one identity$/);
    assert.match(error.remedy ?? '', /its own --name and --initial-advertise-peer-urls/);
  });

  test('is answered without a new index where nothing was noted', async () => {
    const { registry, token } = await open();
    const { revision } = await registry.register(registrationOf(token, 1), undefined);
    assert.equal(revision, 3);
    assert.equal(registry.revision, 3);
  });

  test('has not received the new answer, though it had received the first', async () => {
    const { registry, token, memberId } = await open();
    await registry.markTold(token, memberId, '10.0.0.1', undefined);
    await registry.register(registrationOf(token, 1), undefined);
    await registry.register(registrationOf(token, 2), undefined);
    assert.equal((await registry.register(registrationOf(token, 1), undefined)).kind, 'repeated');
    await registry.markTold(token, memberId, '10.0.0.1', undefined);
    const error = await refusalOf(() => registry.register(registrationOf(token, 1), undefined));
    assert.equal(error.code, 'member-started');
  });

  test('is told the exact lines that let a wiped member in again', async () => {
    const { registry, token, memberId } = await open();
    await registry.register(registrationOf(token, 2), undefined);
    await registry.markTold(token, memberId, '10.0.0.1', undefined);
    const { message, remedy } = await refusalOf(() => registry.register(registrationOf(token, 1), undefined));
    assert.equal(
      message,
      `member ${memberId} (n1) has joined its cluster before, so it cannot start again with empty data`,
    );
    assert.ok(remedy?.includes(`etcdctl member remove ${memberId}, then`), remedy);
    assert.ok(remedy?.includes('etcdctl member add n1 --peer-urls=http://10.0.0.1:2380, then'), remedy);
    assert.ok(remedy?.includes('--initial-cluster-state=existing'), remedy);
  });

  test('never started where it lost the race for the last slot', async () => {
    const { registry, token } = await open();
    await registerMany(registry, token, 3);
    const loser = registrationOf(token, 3);
    await registry.markTold(token, loser.memberId, '10.0.0.1', undefined);
    assert.equal((await registry.register(loser, undefined)).kind, 'repeated');
  });

  test('keeps the end that its first registration asked for', async () => {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const expiresAt = clock.now() + 5000;
    await registry.register(registrationOf(token, 1, { expiresAt }), undefined);
    const again = registrationOf(token, 1, { expiresAt: expiresAt + 5000 });
    assert.equal((await registry.register(again, undefined)).shown.expiresAt, expiresAt);
  });

  test('protocol 6.3: with a value over the limit is another value like any other', async () => {
    const { registry, token } = await open();
    const registration = registrationOf(token, 1, { text: 'x'.repeat(LIMITS.valueMaxBytes + 1) });
    assert.equal(
      (await refusalOf(() => registry.register(registration, undefined))).code,
      'duplicate-member',
    );
  });
});
