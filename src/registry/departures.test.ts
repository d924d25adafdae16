import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type OpenRegistry,
  openRegistry,
  refusalOf,
  registerMany,
  registrationOf,
} from '../../test/support/registry.ts';
import { LIMITS } from '../limits.ts';
import { Departures } from './departures.ts';

/** A cluster of 3 whose first member registered on a connection, had its answer, and went away. */
async function openWithDeparture(): Promise<OpenRegistry & { token: string; first: () => Promise<string> }> {
  const opened = openRegistry();
  const { registry } = opened;
  const token = await registry.create({ size: 3, ttlSeconds: 60 });
  const connection = {};
  const { memberId } = registrationOf(token, 1);
  await registry.register(registrationOf(token, 1), connection);
  await registry.markTold(token, memberId, '10.0.0.1', connection);
  await registry.connectionClosed(connection);
  const back = {};
  const first = async (): Promise<string> => {
    // A client reads the list before it registers.
    await registry.noteShown(token, registry.revision, '10.0.0.1', back);
    return (await registry.register(registrationOf(token, 1), back)).kind;
  };
  return { ...opened, token, first };
}

async function complete({
  registry,
  token,
}: {
  registry: OpenRegistry['registry'];
  token: string;
}): Promise<void> {
  for (const n of [2, 3]) await registry.register(registrationOf(token, n), {});
}

describe('rule 4: a machine that rebooted during a bootstrap', () => {
  test('comes back while the others wait', async () => {
    const opened = await openWithDeparture();
    assert.equal(await opened.first(), 'repeated');
  });

  test('comes back after the others completed the cluster', async () => {
    const opened = await openWithDeparture();
    await complete(opened);
    assert.equal(await opened.first(), 'repeated');
  });

  test('stays out when somebody at its address was shown the complete cluster: that may have been itself', async () => {
    const opened = await openWithDeparture();
    await complete(opened);
    const { registry, token, first } = opened;
    const reader = {};
    await registry.noteShown(token, registry.revision, '10.0.0.1', reader);
    assert.equal((await refusalOf(first)).code, 'member-started');
    await registry.connectionClosed(reader);
    assert.equal((await refusalOf(first)).code, 'member-started', 'for good');
  });

  test('is not kept out by what it read itself, by readers elsewhere, or by an incomplete list', async () => {
    const opened = await openWithDeparture();
    const { registry, token, first } = opened;
    await registry.noteShown(token, registry.revision, '10.0.0.1', {});
    await complete(opened);
    await registry.noteShown(token, registry.revision, '10.0.0.9', {});
    assert.equal(await first(), 'repeated');
  });

  test('is not kept out by a machine at its address that then registers as another member', async () => {
    const opened = await openWithDeparture();
    const { registry, token, first } = opened;
    await registry.register(registrationOf(token, 2), {});
    await registry.register(registrationOf(token, 3), undefined);
    const neighbour = {};
    await registry.noteShown(token, registry.revision, '10.0.0.1', neighbour);
    await registry.register(registrationOf(token, 3), neighbour);
    assert.equal(await first(), 'repeated');
  });

  test('stays out when it went away after the cluster was complete', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const connection = {};
    const { memberId } = registrationOf(token, 1);
    await registry.register(registrationOf(token, 1), connection);
    await registry.markTold(token, memberId, '10.0.0.1', connection);
    await registry.register(registrationOf(token, 2), undefined);
    await registry.connectionClosed(connection);
    const refusal = await refusalOf(() => registry.register(registrationOf(token, 1), {}));
    assert.equal(refusal.code, 'member-started');
  });

  test('comes back also when it went away before its receipt was noted', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const connection = {};
    const { memberId } = registrationOf(token, 1);
    await registry.register(registrationOf(token, 1), connection);
    const noted = registry.markTold(token, memberId, '10.0.0.1', connection);
    await registry.connectionClosed(connection);
    await noted;
    await registry.register(registrationOf(token, 2), {});
    assert.equal((await registry.register(registrationOf(token, 1), {})).kind, 'repeated');
  });

  test('stays out when it uses a connection for each request', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const [put, watch] = [{}, {}];
    const { memberId } = registrationOf(token, 1);
    await registry.register(registrationOf(token, 1), put);
    await registry.connectionClosed(put);
    await registry.markTold(token, memberId, '10.0.0.1', watch);
    await registry.connectionClosed(watch);
    await registry.register(registrationOf(token, 2), undefined);
    const refusal = await refusalOf(() => registry.register(registrationOf(token, 1), {}));
    assert.equal(refusal.code, 'member-started');
  });

  test('is told when its next request shows that the answer to its self watch has arrived', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 1, ttlSeconds: 60 });
    const [first, second] = [{}, {}];
    const { memberId } = registrationOf(token, 1);
    const register = (connection: object) => registry.register(registrationOf(token, 1), connection);
    await register(first);
    await registry.noteSent(token, memberId, '10.0.0.1', first);
    await registry.connectionClosed(first);
    assert.equal(
      (await register(second)).kind,
      'repeated',
      'the answer may have been lost with the connection',
    );
    await registry.noteSent(token, memberId, '10.0.0.1', second);
    await registry.noteRequest(second);
    await registry.connectionClosed(second);
    assert.equal((await refusalOf(() => register({}))).code, 'member-started');
  });

  test('rule 4: what a stranger with the token asks in its name says nothing about it', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    const connection = {};
    const { memberId } = registrationOf(token, 1);
    await registry.register(registrationOf(token, 1), connection);
    await registry.markTold(token, memberId, '192.0.2.66', {});
    await registry.register(registrationOf(token, 2), undefined);
    const twin = await refusalOf(() => registry.register(registrationOf(token, 1), {}));
    assert.equal(twin.code, 'duplicate-member', 'its connection holds its place');
    await registry.connectionClosed(connection);
    assert.equal(
      (await registry.register(registrationOf(token, 1), {})).kind,
      'repeated',
      'it was never told',
    );
  });

  test('stays out when nobody saw it go: its connection is not known', async () => {
    const { registry } = openRegistry();
    const token = await registry.create({ size: 2, ttlSeconds: 60 });
    await registerMany(registry, token, 2);
    await registry.markTold(token, registrationOf(token, 1).memberId, '10.0.0.1', undefined);
    const refusal = await refusalOf(() => registry.register(registrationOf(token, 1), {}));
    assert.equal(refusal.code, 'member-started');
  });
});

test('Departures remembers a bounded number of tokens, the latest ones', () => {
  const departures = new Departures();
  for (let n = 0; n <= LIMITS.departedTokensMax; n++) departures.depart(`t${n}`, 'm', '10.0.0.1', n, {});
  assert.equal(departures.isAwayFrom('t0'), false);
  assert.equal(departures.awaySince('t0', 'm', {}), undefined);
  assert.equal(departures.awaySince('t1', 'm', {}), 1);
  assert.equal(departures.awaySince(`t${LIMITS.departedTokensMax}`, 'm', {}), LIMITS.departedTokensMax);
});
