import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openRegistry, refusalOf } from '../../test/support/registry.ts';
import { LIMITS } from '../limits.ts';
import type { ElectionRequest } from './elect.ts';

type Opened = ReturnType<typeof openRegistry> & {
  elect: (
    changes?: Partial<ElectionRequest>,
  ) => ReturnType<ReturnType<typeof openRegistry>['registry']['elect']>;
  token: string;
};

async function open(): Promise<Opened> {
  const opened = openRegistry();
  const token = await opened.registry.create({ size: 3, ttlSeconds: 60 });
  const request: ElectionRequest = {
    token,
    text: 'started',
    condition: { exists: false },
    dialect: 'v2',
    from: '10.0.0.1',
  };
  return { ...opened, token, elect: (changes = {}) => opened.registry.elect({ ...request, ...changes }) };
}

describe('the election', () => {
  test('protocol 1.7: has exactly one winner among many at the same instant', async () => {
    const { elect, registry, token } = await open();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => elect()));
    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await refusalOf(() => elect())).code, 'key-exists');
    const { content } = await registry.read(token);
    assert.equal(content.stateEntry?.createRevision, 3);
    assert.equal(content.members.length, 0, 'it is no member');
  });

  test('can be overwritten, compared and expire, as any key of the API', async () => {
    const { elect, clock, registry, token } = await open();
    assert.equal((await refusalOf(() => elect({ condition: { exists: true } }))).code, 'unknown-key');
    const expiresAt = clock.now() + 10_000;
    const first = await elect({ expiresAt });
    assert.equal(first.kind, 'created');
    assert.equal(first.shown.expiresAt, expiresAt);
    const second = await elect({ text: 'x', condition: { value: 'started', revision: 3 } });
    assert.equal(second.action, 'compareAndSwap');
    assert.deepEqual(second.previous, first.shown);
    assert.equal(second.shown.expiresAt, undefined, 'the new write asked for no end');
    assert.equal((await refusalOf(() => elect({ condition: { value: 'y' } }))).message, '[y != x]');
    await elect({ condition: {}, expiresAt });
    clock.advance(10_000);
    assert.equal((await registry.read(token)).content.stateEntry, undefined);
    assert.equal((await registry.read(token)).content.stateNote, undefined);
    assert.equal((await elect()).kind, 'created');
  });

  test('has a bounded value', async () => {
    const { elect } = await open();
    const text = 'x'.repeat(LIMITS.valueMaxBytes);
    assert.equal((await refusalOf(() => elect({ text: `${text}x` }))).code, 'limit-exceeded');
    assert.equal((await elect({ text })).kind, 'created');
  });
});
