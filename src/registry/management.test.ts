import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DAY_SECONDS, openRegistry, refusalOf } from '../../test/support/registry.ts';
import { digestManagementSecret } from './management.ts';

const SECRET = 'a secret of many characters';
const secretDigest = digestManagementSecret(SECRET);
const request = { size: 3, ttlSeconds: DAY_SECONDS };
const nobody = { isAdmin: false, secret: undefined };
const owner = { isAdmin: false, secret: SECRET };
const admin = { isAdmin: true, secret: undefined };

test('a token is revoked and extended by who has its management secret, or by the operator', async () => {
  for (const claim of [owner, admin]) {
    const { registry, clock } = openRegistry();
    const token = await registry.create({ ...request, secretDigest });
    const { expiresAt } = await registry.extend(token, { claim, ttlSeconds: 2 * DAY_SECONDS });
    assert.equal(expiresAt, clock.now() + 2 * DAY_SECONDS * 1000);
    clock.advance(1.5 * DAY_SECONDS * 1000);
    assert.equal((await registry.report(token)).state, 'open');
    await registry.revoke(token, claim);
    assert.equal((await registry.report(token)).state, 'revoked');
  }
});

test('nobody else does either, and is told what is missing', async () => {
  const { registry } = openRegistry();
  const managed = await registry.create({ ...request, secretDigest });
  const bare = await registry.create(request);
  const cases = [
    { token: managed, claim: nobody, says: /takes the management secret/ },
    { token: managed, claim: { ...nobody, secret: `${SECRET}x` }, says: /not the management secret/ },
    { token: bare, claim: owner, says: /without a management secret/ },
  ];
  for (const { token, claim, says } of cases) {
    for (const call of [
      () => registry.revoke(token, claim),
      () => registry.extend(token, { claim, ttlSeconds: 2 * DAY_SECONDS }),
    ]) {
      const { code, message, remedy } = await refusalOf(call);
      assert.equal(code, 'not-permitted');
      assert.match(message, says);
      assert(remedy);
    }
    assert.equal((await registry.report(token)).state, 'open');
  }
});

test('the secret itself is not stored', async () => {
  const { registry, store } = openRegistry();
  const token = await registry.create({ ...request, secretDigest });
  const { entries } = await store.range(token);
  assert(!entries.some(({ value }) => Buffer.from(value).includes(SECRET)));
});
