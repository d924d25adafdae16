import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bareRegistrationOf,
  openRegistry,
  refusalOf,
  registerMany,
  registrationOf,
} from '../../test/support/registry.ts';
import { LIMITS } from '../limits.ts';
import type { WriteCondition } from './write-condition.ts';

async function open(size: number = 3): Promise<ReturnType<typeof openRegistry> & { token: string }> {
  const opened = openRegistry();
  return { ...opened, token: await opened.registry.create({ size, ttlSeconds: 60 }) };
}

describe('a registration', () => {
  test('protocol 6.3: is stored with its indexes, its note, and the end of its token', async () => {
    const { registry, token, clock } = await open();
    const registration = registrationOf(token, 1);
    const { shown, ...written } = await registry.register(registration, undefined);
    assert.deepEqual(written, {
      kind: 'created',
      action: 'create',
      completed: false,
      previous: undefined,
      revision: 3,
    });
    assert.equal(shown.expiresAt, undefined, 'its writer asked for no end');
    const { content } = await registry.read(token);
    const [member] = content.members;
    assert.deepEqual(member?.entry, shown.entry);
    assert.equal(member?.entry.expiresAt, clock.now() + 60_000);
    assert.deepEqual(member?.note, {
      at: clock.now(),
      from: '10.0.0.1',
      dialect: 'v2',
      action: 'create',
      salt: `http://muster.example/${token}`,
    });
  });

  const conditions: readonly [what: string, condition: WriteCondition, outcome: string][] = [
    ['no condition', {}, 'set'],
    ['prevExist=false', { exists: false }, 'create'],
    ['prevExist=false and a value, which does not count', { exists: false, value: 'x' }, 'create'],
    ['prevExist=true', { exists: true }, 'unknown-key'],
    ['prevValue', { value: 'x' }, 'unknown-key'],
    ['prevIndex', { revision: 3 }, 'unknown-key'],
  ];
  for (const [what, condition, outcome] of conditions) {
    test(`of a new member with ${what} comes to ${outcome}`, async () => {
      const { registry, token } = await open();
      const call = (): Promise<{ action: string }> =>
        registry.register(registrationOf(token, 1, { condition }), undefined);
      assert.equal(outcome === 'unknown-key' ? (await refusalOf(call)).code : (await call()).action, outcome);
    });
  }

  test('that wins the race for the last slot completes the cluster, whoever comes at the same instant', async () => {
    const { registry, token } = await open(3);
    const written = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => registry.register(registrationOf(token, n), undefined)),
    );
    assert.deepEqual(
      written.map(({ completed }) => completed),
      [false, false, true, false, false],
    );
  });

  test('protocol 6.11: takes every id that can be shown, and no other', async () => {
    const { registry, token } = await open();
    const longest = 'x'.repeat(LIMITS.memberIdMaxBytes);
    for (const [n, memberId] of ['a', 'machine 1', longest].entries()) {
      const registration = registrationOf(token, n + 1, { memberId });
      assert.equal((await registry.register(registration, undefined)).kind, 'created');
    }
    for (const memberId of [
      '',
      '.',
      '..',
      '_x',
      'a/b',
      'a\u0000',
      'a\n',
      '\u007f',
      '\ufffd',
      `${longest}x`,
    ]) {
      const error = await refusalOf(() =>
        registry.register(registrationOf(token, 9, { memberId }), undefined),
      );
      assert.equal(error.code, 'guard-refused');
    }
  });

  test('has a bounded value', async () => {
    const { registry, token } = await open();
    const pad = (length: number): string => {
      const text = 'n1=http://10.0.0.1:2380';
      return ','.repeat(length - text.length) + text;
    };
    const tooLong = registrationOf(token, 1, { text: pad(LIMITS.valueMaxBytes + 1) });
    assert.equal((await refusalOf(() => registry.register(tooLong, undefined))).code, 'limit-exceeded');
    const longest = registrationOf(token, 1, { text: pad(LIMITS.valueMaxBytes) });
    assert.equal((await registry.register(longest, undefined)).kind, 'created');
  });

  test('is refused once the overflow is full', async () => {
    const { registry, token } = await open(1);
    const max = 1 + LIMITS.overflowMembersMax;
    const nth = (n: number): ReturnType<typeof registrationOf> => {
      const url = `http://10.1.${n >> 8}.${n & 255}:2380`;
      return registrationOf(token, 1, { memberId: `m${n}`, text: `n${n}=${url}` });
    };
    for (let n = 1; n <= max; n++) await registry.register(nth(n), undefined);
    assert.equal((await refusalOf(() => registry.register(nth(max + 1), undefined))).code, 'limit-exceeded');
    assert.equal((await registry.register(nth(max), undefined)).kind, 'repeated', 'who is in may repeat');
  });

  test('protocol 1.5: a ttl on a named value is shown, but removes nothing before the token ends', async () => {
    const { registry, token, clock } = await open();
    const expiresAt = clock.now() + 1000;
    const { shown } = await registry.register(registrationOf(token, 1, { expiresAt }), undefined);
    assert.equal(shown.expiresAt, expiresAt);
    clock.advance(59_999);
    const { content } = await registry.read(token);
    assert.equal(content.members[0]?.note?.expiresAt, expiresAt);
  });
});

describe('values of etcd 0.4', () => {
  test('protocol 1.7: are overwritten at will, keep their place, and expire', async () => {
    const { registry, token, clock, store } = await open();
    const put = (text: string, ttlSeconds: number): ReturnType<typeof registry.register> => {
      const expiresAt = clock.now() + ttlSeconds * 1000;
      return registry.register(bareRegistrationOf(token, 'z1', { text, expiresAt }), undefined);
    };
    const first = await put('http://a:1', 10);
    assert.equal(first.kind, 'created');
    assert.equal(first.action, 'set');
    await registry.register(bareRegistrationOf(token, 'z2'), undefined);
    clock.advance(9_000);
    const second = await put('http://b:1', 10);
    assert.equal(second.kind, 'replaced');
    assert.deepEqual(second.previous, first.shown);
    assert.equal(second.shown.entry.createRevision, 3);
    assert.equal(second.shown.entry.version, 2);
    assert.deepEqual((await registry.read(token)).content.membersById.get('z1')?.entry, second.shown.entry);
    clock.advance(9_999);
    assert.equal((await registry.read(token)).content.members[0]?.id, 'z1');
    clock.advance(1);
    assert.deepEqual(
      (await registry.read(token)).content.members.map(({ id }) => id),
      ['z2'],
    );
    assert.ok(
      !(await store.range(token)).entries.some(({ key }) => key.includes('z1')),
      'nor is its note there',
    );
  });

  test('end with their token at the latest', async () => {
    const { registry, token, clock } = await open();
    const expiresAt = clock.now() + 3_600_000;
    const { shown } = await registry.register(bareRegistrationOf(token, 'z1', { expiresAt }), undefined);
    assert.equal(shown.expiresAt, expiresAt);
    assert.equal(shown.entry.expiresAt, clock.now() + 60_000);
  });

  const conditions: readonly [condition: WriteCondition, outcome: string][] = [
    [{}, 'set'],
    [{ exists: true }, 'update'],
    [{ value: 'http://z1.example:7001' }, 'compareAndSwap'],
    [{ revision: 3 }, 'compareAndSwap'],
    [{ exists: true, value: 'no', revision: 1 }, '[no != http://z1.example:7001] [1 != 3]'],
    [{ value: 'no' }, '[no != http://z1.example:7001]'],
    [{ revision: 1 }, '[1 != 3]'],
    [{ exists: false }, 'the key exists already'],
  ];
  for (const [condition, outcome] of conditions) {
    test(`under ${JSON.stringify(condition)} an overwrite comes to "${outcome}"`, async () => {
      const { registry, token } = await open();
      await registry.register(bareRegistrationOf(token, 'z1'), undefined);
      const call = (): ReturnType<typeof registry.register> =>
        registry.register(bareRegistrationOf(token, 'z1', { text: 'http://b:1', condition }), undefined);
      const isAction = /^[a-zA-Z]+$/.test(outcome);
      assert.equal(isAction ? (await call()).action : (await refusalOf(call)).message, outcome);
    });
  }

  test('do not mix with named values: the first registration fixes the form', async () => {
    const bare = await open();
    await bare.registry.register(bareRegistrationOf(bare.token, 'z1'), undefined);
    for (const memberId of ['z1', 'z2']) {
      const named = registrationOf(bare.token, 1, { memberId, condition: {} });
      const error = await refusalOf(() => bare.registry.register(named, undefined));
      assert.equal(error.code, 'guard-refused');
      assert.equal(error.message, 'this token is in use by etcd 0.4, and etcd 2.0 or newer cannot join it');
    }
    const named = await open();
    await registerMany(named.registry, named.token, 1);
    const error = await refusalOf(() =>
      named.registry.register(bareRegistrationOf(named.token, 'z1'), undefined),
    );
    assert.equal(error.message, 'this token is in use by etcd 2.0 or newer, and etcd 0.4 cannot join it');
  });
});
