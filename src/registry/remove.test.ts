import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bareRegistrationOf,
  openRegistry,
  refusalOf,
  registerMany,
  registrationOf,
} from '../../test/support/registry.ts';

describe('a removal', () => {
  test("of the only member is anybody's right, and frees its place, name and note", async () => {
    const { registry, store } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    const [written] = await registerMany(registry, token, 1);
    const { memberId } = registrationOf(token, 1);
    const { outcome, revision } = await registry.remove({ token, memberId, condition: {}, isAdmin: false });
    assert.deepEqual(outcome.previous, written?.shown);
    assert.equal(revision, 4);
    assert.deepEqual(
      (await store.range(token)).entries.map(({ key }) => key),
      ['_config/size', '_config/token'],
    );
    const again = await registry.register(registrationOf(token, 1), undefined);
    assert.equal(again.kind, 'created');
    assert.equal(again.shown.entry.createRevision, 5);
  });

  test('protocol 6.17: takes an admin once somebody else has registered', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    await registerMany(registry, token, 2);
    const { memberId } = registrationOf(token, 1);
    const request = { token, memberId, condition: {} };
    const error = await refusalOf(() => registry.remove({ ...request, isAdmin: false }));
    assert.equal(error.code, 'not-permitted');
    await registry.remove({ ...request, isAdmin: true });
    assert.equal((await registry.read(token)).content.members.length, 1);
  });

  test('of the election takes an admin once anybody has registered', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    const elect = (): Promise<unknown> =>
      registry.elect({ token, text: 'x', condition: {}, dialect: 'v2', from: '' });
    const request = { token, memberId: undefined, condition: {} };
    assert.equal((await refusalOf(() => registry.remove({ ...request, isAdmin: true }))).code, 'unknown-key');
    await elect();
    await registry.remove({ ...request, isAdmin: false });
    await elect();
    await registry.register(bareRegistrationOf(token, 'z1'), undefined);
    assert.equal(
      (await refusalOf(() => registry.remove({ ...request, isAdmin: false }))).code,
      'not-permitted',
    );
    await registry.remove({ ...request, isAdmin: true });
    const { content } = await registry.read(token);
    assert.equal(content.stateEntry, undefined);
    assert.equal(content.stateNote, undefined);
  });

  test('compares first, and answers the end that readers were shown', async () => {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ size: 3, ttlSeconds: 60 });
    const expiresAt = clock.now() + 5000;
    await registry.register(bareRegistrationOf(token, 'z1', { expiresAt }), undefined);
    const request = { token, memberId: 'z1', isAdmin: false };
    const failed = await refusalOf(() =>
      registry.remove({ ...request, condition: { value: 'x', revision: 1 } }),
    );
    assert.equal(failed.message, '[x != http://z1.example:7001] [1 != 3]');
    const condition = { value: 'http://z1.example:7001', revision: 3 };
    assert.equal((await registry.remove({ ...request, condition })).outcome.previous.expiresAt, expiresAt);
    assert.equal((await refusalOf(() => registry.remove({ ...request, condition }))).code, 'unknown-key');
  });
});
