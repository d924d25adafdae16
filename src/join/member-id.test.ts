import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memberId } from '../registry/member-id.ts';
import { computeMemberId } from './member-id.ts';

test('computeMemberId() answers what real members registered', async () => {
  const url = 'http://127.0.0.1:22088/7e7c63d11e3a4274b61db412494faacb';
  assert.equal(await computeMemberId(['http://127.0.0.11:2380'], url), 'e924a8cc55f3a1a0');
  assert.equal(
    await computeMemberId(
      ['http://127.0.0.21:2380', 'http://127.0.0.20:2380'],
      'http://127.0.0.1:24627/aabbccddeeff00112233445566778899',
    ),
    '38b4f7b66fd77dbb',
  );
  assert.equal(await computeMemberId(['http://127.0.0.11:2380'], 'tok3'), '7705d62b12fd75d1');
});

test('computeMemberId() agrees with the registry, which checks the ids', async () => {
  const property = fc.asyncProperty(fc.array(fc.webUrl()), fc.string(), async (peerUrls, salt) => {
    assert.equal(await computeMemberId(peerUrls, salt), memberId(peerUrls, salt));
  });
  await fc.assert(property, { numRuns: 1000 });
});
