import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf, type WrittenMember } from '../../test/support/registry-content.ts';
import { reportToken, type TokenReport } from './token-report.ts';

const MADE = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;
const TOKEN = '0123456789abcdef0123456789abcdef';

function report(members: readonly WrittenMember[], after = 60_000, revokedAt?: number): TokenReport {
  const record = { size: 2, createdAt: MADE, expiresAt: MADE + 7 * DAY };
  const content = contentOf(revokedAt === undefined ? record : { ...record, revokedAt }, members);
  return reportToken({ token: TOKEN, revision: 9, content, attempts: [] }, MADE + after);
}

const n1 = { id: 'a1', text: 'n1=http://10.0.0.1:2380', note: { from: '10.0.0.1', told: true } };
const n2 = { id: 'b2', text: 'n2=http://10.0.0.2:2380,n2=http://10.1.0.2:2380' };
const n3 = { id: 'c3', text: 'n3=http://10.0.0.3:2380' };

test('reportToken() tells who has registered, and how many are missing', () => {
  const { state, missing, members, initialCluster, completedAt, createdAt, expiresAt } = report([n1]);
  assert.equal(state, 'open');
  assert.equal(missing, 1);
  assert.equal(initialCluster, null);
  assert.equal(completedAt, null);
  assert.equal(createdAt, '2026-01-01T00:00:00.000Z');
  assert.equal(expiresAt, '2026-01-08T00:00:00.000Z');
  assert.deepEqual(members, [
    {
      id: 'a1',
      name: 'n1',
      peerUrls: ['http://10.0.0.1:2380'],
      value: 'n1=http://10.0.0.1:2380',
      slot: 1,
      registeredAt: '2026-01-01T00:00:01.000Z',
      from: '10.0.0.1',
      dialect: 'v2',
      received: true,
    },
  ]);
});

test('reportToken() gives the initial cluster of those that hold slots, and not of the others', () => {
  const { state, missing, members, initialCluster, completedAt } = report([n1, n2, n3]);
  assert.equal(state, 'complete');
  assert.equal(missing, 0);
  assert.equal(initialCluster, `${n1.text},${n2.text}`);
  assert.equal(completedAt, '2026-01-01T00:00:02.000Z');
  assert.deepEqual(
    members.map(({ slot }) => slot),
    [1, 2, null],
  );
  assert.deepEqual(members[1]?.peerUrls, ['http://10.0.0.2:2380', 'http://10.1.0.2:2380']);
});

test('reportToken() tells of a member that something else wrote what it knows, which is its text', () => {
  const [member] = report([{ id: 'x', text: 'no member', note: null }]).members;
  assert.deepEqual(
    [member?.name, member?.peerUrls, member?.registeredAt, member?.from, member?.dialect],
    [null, [], null, null, null],
  );
  assert.equal(member?.value, 'no member');
});

test('reportToken() has no initial cluster for machines of etcd 0.4, which take none', () => {
  const old = ['m1', 'm2'].map((id, index) => ({ id, text: `http://10.0.0.${index + 1}:7001` }));
  const { state, initialCluster } = report(old);
  assert.deepEqual([state, initialCluster], ['complete', null]);
});

test('reportToken() tells of a token that is over what its record still knows', () => {
  const over = report([n1], 8 * DAY);
  assert.deepEqual([over.state, over.findings.map(({ id }) => id)], ['expired', ['expired-token']]);
  const revoked = report([n1], DAY, MADE + 5000);
  assert.deepEqual([revoked.state, revoked.revokedAt], ['revoked', '2026-01-01T00:00:05.000Z']);
});
