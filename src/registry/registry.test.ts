import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bareRegistrationOf,
  openRegistry,
  refusalOf,
  registerMany,
  registrationOf,
} from '../../test/support/registry.ts';
import type { RegistryChange } from './change.ts';
import type { Registry } from './registry.ts';

/** Every change from a revision on until now. */
async function changesOf(
  registry: Registry,
  token: string,
  fromRevision: number = 1,
): Promise<RegistryChange[]> {
  const changes: RegistryChange[] = [];
  const abort = new AbortController();
  const end = registry.elect({ token, text: 'end of test', condition: {}, dialect: 'v2', from: 'test' });
  const { revision } = await end;
  for await (const change of registry.changes(token, fromRevision, abort.signal)) {
    if (change.revision === revision) break;
    changes.push(change);
  }
  return changes;
}

const inShort = ({ revision, type, memberId = '_state' }: RegistryChange): string =>
  `${revision} ${type} ${memberId.slice(0, 4)}`;

describe('Registry.changes', { timeout: 30_000 }, () => {
  test("protocol 1.5: shows one change for each new member, and nothing of Muster's own", async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const [first] = await registerMany(registry, token, 1);
    const { memberId } = registrationOf(token, 1);
    await registry.markTold(token, memberId, '10.0.0.1', undefined);
    await registry.register(registrationOf(token, 1), undefined);
    await registry.register(registrationOf(token, 2), undefined);
    const changes = await changesOf(registry, token);
    assert.deepEqual(changes.map(inShort), [
      `3 put ${memberId.slice(0, 4)}`,
      `6 put ${registrationOf(token, 2).memberId.slice(0, 4)}`,
    ]);
    assert.deepEqual(changes[0], {
      revision: 3,
      memberId,
      type: 'put',
      action: 'create',
      shown: first?.shown,
      previous: undefined,
    });
  });

  test('tells a rewrite, a removal and an expiry with the ends that readers were shown', async () => {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const put = (text: string, expiresAt?: number): Promise<unknown> =>
      registry.register(
        bareRegistrationOf(token, 'z1', { text, ...(expiresAt === undefined ? {} : { expiresAt }) }),
        undefined,
      );
    const end = clock.now() + 10_000;
    await put('http://a:1', end);
    await put('http://b:1');
    await registry.remove({ token, memberId: 'z1', condition: {}, isAdmin: false });
    await put('http://c:1', end);
    clock.advance(10_000);
    const changes = await changesOf(registry, token);
    assert.deepEqual(
      changes.map((change) => [
        change.type,
        change.type === 'put' ? change.shown.expiresAt : change.expired,
        change.previous && [change.previous.entry.modRevision, change.previous.expiresAt],
      ]),
      [
        ['put', end, undefined],
        ['put', undefined, [3, end]],
        ['delete', false, [4, undefined]],
        ['put', end, undefined],
        ['delete', true, [6, end]],
      ],
    );
  });

  test('ends without an error when its reader leaves', async () => {
    const { registry, store } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const abort = new AbortController();
    const waiting = registry.nextChange(token, 3, abort.signal, () => true);
    assert.equal((await store.stats()).watchers, 1);
    abort.abort();
    assert.equal(await waiting, undefined);
    assert.equal((await store.stats()).watchers, 0);
  });
});

describe('Registry.nextChange', { timeout: 30_000 }, () => {
  test('protocol 6.8: answers what happened already, from the first revision that is asked for', async () => {
    const { registry, store } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    await registerMany(registry, token, 3);
    const { signal } = new AbortController();
    assert.equal((await registry.nextChange(token, 4, signal, () => true))?.revision, 4);
    assert.equal((await registry.nextChange(token, 1, signal, ({ revision }) => revision > 4))?.revision, 5);
    assert.equal((await store.stats()).watchers, 0, 'an answered watch is over');
  });

  test('waits for what comes', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    const waiting = registry.nextChange(token, 3, new AbortController().signal, () => true);
    await registerMany(registry, token, 1);
    assert.equal((await waiting)?.revision, 3);
  });

  for (const [how, code] of [
    ['expires', 'expired-token'],
    ['is revoked', 'revoked-token'],
  ] as const) {
    test(`tells everybody who waits that the token ${how}, and shows no member vanish`, async () => {
      const { registry, clock, store } = openRegistry();
      const token = await registry.create({ size: 3, ttlSeconds: 60 });
      await registerMany(registry, token, 2);
      const { signal } = new AbortController();
      const waiting = [
        refusalOf(() => registry.nextChange(token, 5, signal, () => true)),
        refusalOf(() => registry.nextChange(token, 1, signal, ({ type }) => type === 'delete')),
      ];
      if (code === 'expired-token') clock.advance(60_000);
      else await registry.revoke(token, { isAdmin: true, secret: undefined });
      for (const error of await Promise.all(waiting)) assert.equal(error.code, code);
      assert.equal((await store.stats()).watchers, 0);
    });
  }

  test('tells everybody who waits that the store closes', async () => {
    const { registry, store } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    const waiting = refusalOf(() => registry.nextChange(token, 3, new AbortController().signal, () => true));
    await store.close();
    assert.equal((await waiting).code, 'store-closed');
  });
});

test('Registry.markTold notes it once, and not for who is not there', async () => {
  const { registry } = openRegistry();
  const token = await registry.create({ size: 3, ttlSeconds: 60 });
  await registerMany(registry, token, 1);
  const { memberId } = registrationOf(token, 1);
  await registry.markTold(token, 'nobody', '10.0.0.1', undefined);
  assert.equal(registry.revision, 3);
  await registry.markTold(token, memberId, '10.0.0.1', undefined);
  await registry.markTold(token, memberId, '10.0.0.1', undefined);
  assert.equal(registry.revision, 4);
  const { content } = await registry.read(token);
  assert.equal(content.members[0]?.note?.told, true);
  assert.equal(content.members[0]?.entry.modRevision, 3, 'protocol 6.16: the member itself stays as it is');
});

test('Registry.assertHealthy answers while the store does', async () => {
  const { registry, store } = openRegistry();
  await registry.assertHealthy();
  await store.close();
  assert.equal((await refusalOf(() => registry.assertHealthy())).code, 'store-closed');
});
