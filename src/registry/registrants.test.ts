import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openRegistry, refusalOf, registrationOf } from '../../test/support/registry.ts';
import { Registrants } from './registrants.ts';

test('Registrants tells the holder of a member from a twin, and forgets with the connection', () => {
  const registrants = new Registrants();
  const [a, b] = [{}, {}];
  assert.equal(registrants.claim('t', 'm', a), 'claimed');
  assert.equal(registrants.claim('t', 'm', a), 'held');
  assert.equal(registrants.claim('t', 'm', b), 'twin');
  assert.equal(registrants.claim('u', 'm', b), 'claimed', 'another token is another member');
  registrants.release('t', 'm', b);
  assert.equal(registrants.claim('t', 'm', b), 'twin', 'only its holder can release it');
  registrants.forget(a);
  assert.equal(registrants.claim('t', 'm', b), 'claimed');
  registrants.forget(a);
  assert.equal(registrants.claim('t', 'm', a), 'twin');
  registrants.drop('t', 'm');
  registrants.drop('t', 'never there');
  assert.equal(registrants.claim('t', 'm', a), 'claimed');
});

test('a holder that has hung up is no twin, and its end is not the end of the one that came after it', () => {
  const hungUp = new Set<object>();
  const registrants = new Registrants((connection) => hungUp.has(connection));
  const [a, b, c] = [{}, {}, {}];
  registrants.claim('t', 'm', a);
  hungUp.add(a);
  assert.equal(registrants.claim('t', 'm', b), 'claimed');
  assert.deepEqual(registrants.forget(a), []);
  assert.equal(registrants.claim('t', 'm', c), 'twin');
});

test('of two machines with one identity at the same instant, one is registered', async () => {
  const { registry } = openRegistry();
  const token = await registry.create({ size: 2, ttlSeconds: 60 });
  const results = await Promise.allSettled([
    registry.register(registrationOf(token, 1), {}),
    registry.register(registrationOf(token, 1), {}),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});

test('a refused registration leaves the member to other connections', async () => {
  const { registry, registrants } = openRegistry();
  const token = await registry.create({ size: 2, ttlSeconds: 60 });
  const registration = registrationOf(token, 1, { text: 'n1=http://0.0.0.0:2380' });
  await refusalOf(() => registry.register(registration, {}));
  assert.equal(registrants.claim(token, registration.memberId, {}), 'claimed');
});

test('a removed member is held by nobody', async () => {
  const { registry } = openRegistry();
  const token = await registry.create({ size: 2, ttlSeconds: 60 });
  const registration = registrationOf(token, 1);
  await registry.register(registration, {});
  await registry.remove({ token, memberId: registration.memberId, condition: {}, isAdmin: false });
  await registry.register(registration, undefined);
  assert.equal((await registry.register(registration, {})).kind, 'repeated');
});
