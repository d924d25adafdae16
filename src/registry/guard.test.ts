import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  bareRegistrationOf,
  openRegistry,
  type Registration,
  refusalOf,
  registerMany,
  registrationOf,
} from '../../test/support/registry.ts';
import type { MusterError } from '../errors.ts';
import { memberId } from './member-id.ts';
import type { Registry } from './registry.ts';

async function open(guard: boolean = true): Promise<{ registry: Registry; token: string }> {
  const { registry } = openRegistry(guard);
  return { registry, token: await registry.create({ size: 3, ttlSeconds: 60 }) };
}

async function guardRefusal(registry: Registry, registration: Registration): Promise<MusterError> {
  const before = registry.revision;
  const error = await refusalOf(() => registry.register(registration, undefined));
  assert.equal(error.code, 'guard-refused');
  assert.equal(registry.revision, before, 'nothing is stored');
  return error;
}

describe('the guard', () => {
  for (const url of [
    'http://10.0.0.1',
    'http://10.0.0.1:2380/x',
    'ftp://10.0.0.1:1',
    'http://0.0.0.0:2380',
    '',
  ]) {
    test(`refuses the peer URL "${url}", says what to change, and that the token is still good`, async () => {
      const { registry, token } = await open();
      const error = await guardRefusal(registry, registrationOf(token, 1, { text: `n1=${url}` }));
      assert.ok(error.message.startsWith(`member n1: peer URL "${url}" `), error.message);
      assert.match(
        error.remedy ?? '',
        /--initial-advertise-peer-urls.*; the discovery token itself is still good$/,
      );
    });
  }

  test('looks at every peer URL of a member', async () => {
    const { registry, token } = await open();
    const text = 'n1=http://10.0.0.1:2380,n1=http://10.0.0.1';
    const error = await guardRefusal(registry, registrationOf(token, 1, { text }));
    assert.match(error.message, /"http:\/\/10\.0\.0\.1" has no valid port/);
  });

  test('refuses a name that another member holds', async () => {
    const { registry, token } = await open();
    await registerMany(registry, token, 1);
    const error = await guardRefusal(registry, registrationOf(token, 2, { text: 'n1=http://10.0.0.2:2380' }));
    const { memberId: holder } = registrationOf(token, 1);
    assert.equal(error.message, `the name "n1" belongs to another member (${holder}, from 10.0.0.1) already`);
    assert.match(error.remedy ?? '', /^set --name to a different value on every machine/);
  });

  test('explains the name "default", which etcd takes on every machine', async () => {
    const { registry, token } = await open();
    await registry.register(registrationOf(token, 1, { text: 'default=http://10.0.0.1:2380' }), undefined);
    const second = registrationOf(token, 2, { text: 'default=http://10.0.0.2:2380' });
    const error = await guardRefusal(registry, second);
    assert.match(error.message, /"default" is the name etcd takes when none is set/);
    assert.match(error.remedy ?? '', /^set --name/);
  });

  test('refuses a URL that another member holds, also as one of several', async () => {
    const { registry, token } = await open();
    await registerMany(registry, token, 1);
    const text = 'n2=http://10.0.0.2:2380,n2=http://10.0.0.1:2380';
    const error = await guardRefusal(registry, registrationOf(token, 2, { text }));
    assert.match(error.message, /peer URL "http:\/\/10\.0\.0\.1:2380" belongs to member n1 /);
  });

  test('takes loopback URLs while everybody is on this machine', async () => {
    const { registry, token } = await open();
    for (const [n, from] of [
      [1, '127.0.0.1'],
      [2, '::1'],
      [3, '::ffff:127.0.0.1'],
    ] as const) {
      const text = `n${n}=http://127.0.0.1:${2380 + n}`;
      const { kind } = await registry.register(registrationOf(token, n, { text, from }), undefined);
      assert.equal(kind, 'created');
    }
  });

  test('refuses a loopback URL from a machine elsewhere', async () => {
    const { registry, token } = await open();
    const error = await guardRefusal(
      registry,
      registrationOf(token, 1, { text: 'n1=http://localhost:2380' }),
    );
    assert.match(
      error.message,
      /is a loopback address, but members come from other machines \(10\.0\.0\.1\)$/,
    );
  });

  test('refuses a loopback URL where another member is from elsewhere', async () => {
    const { registry, token } = await open();
    await registerMany(registry, token, 1);
    const local = registrationOf(token, 2, { text: 'n2=http://[::1]:2380', from: '127.0.0.1' });
    assert.match((await guardRefusal(registry, local)).message, /loopback/);
  });

  test('takes no loopback source for an address elsewhere, nor an unknown one', async () => {
    const { registry, token } = await open();
    const registration = registrationOf(token, 1, { text: 'n1=http://127.0.0.1:2380', from: '' });
    assert.equal((await registry.register(registration, undefined)).kind, 'created');
  });

  test('lets everything pass that has a form where the operator turned it off, and still knows the salt', async () => {
    const { registry, token } = await open(false);
    await registerMany(registry, token, 1);
    await registry.register(registrationOf(token, 2, { text: 'n1=http://0.0.0.0' }), undefined);
    const error = await guardRefusal(registry, registrationOf(token, 3, { text: 'nonsense' }));
    assert.match(error.remedy ?? '', /name=peer-URL/);
    const { content } = await registry.read(token);
    assert.equal(content.members[0]?.note?.salt, `http://muster.example/${token}`);
  });
});

describe('the salt', () => {
  const spelt = (token: string, n: number, salt: string, changes: Partial<Registration> = {}): Registration =>
    registrationOf(token, n, {
      memberId: memberId([`http://10.0.0.${n}:2380`], salt),
      salts: [`http://localhost/${token}`, `http://127.0.0.1/${token}`, token],
      ...changes,
    });

  test('protocol 1.1: of another spelling is refused, with both spellings and the way out', async () => {
    const { registry, token } = await open();
    await registry.register(spelt(token, 1, `http://localhost/${token}`), undefined);
    const error = await guardRefusal(registry, spelt(token, 2, `http://127.0.0.1/${token}`));
    const { memberId: first } = spelt(token, 1, `http://localhost/${token}`);
    assert.equal(
      error.message,
      `member n2 uses the discovery URL as "http://127.0.0.1/${token}", but the members before it use "http://localhost/${token}"`,
    );
    assert.ok(
      error.remedy?.includes(`or free the place of the other one with "release ${first}"`),
      error.remedy,
    );
  });

  test('names no release request once two members hold slots', async () => {
    const { registry, token } = await open();
    await registry.register(spelt(token, 1, `http://localhost/${token}`), undefined);
    await registry.register(spelt(token, 2, `http://localhost/${token}`), undefined);
    const error = await guardRefusal(registry, spelt(token, 3, token));
    assert.ok(!error.remedy?.includes('release'), error.remedy);
    assert.ok(error.message.includes(`uses the token alone, "${token}"`), 'a bare v3 token beside v2');
    assert.ok(error.remedy?.includes(`--discovery-token=http://localhost/${token}`), error.remedy);
  });

  test('that nobody can know is let through, before and after one that is known', async () => {
    const { registry, token } = await open();
    await registry.register(spelt(token, 1, 'http://behind/a/proxy'), undefined);
    await registry.register(spelt(token, 2, `http://localhost/${token}`), undefined);
    await registry.register(spelt(token, 3, 'http://behind/another'), undefined);
    const { content } = await registry.read(token);
    assert.deepEqual(
      content.members.map(({ note }) => note?.salt),
      [undefined, `http://localhost/${token}`, undefined],
    );
  });

  test('must be the public URL from the first member on, where there is one', async () => {
    const { registry, token } = await open();
    const wantedSalt = `http://127.0.0.1/${token}`;
    const error = await guardRefusal(registry, spelt(token, 1, `http://localhost/${token}`, { wantedSalt }));
    assert.ok(error.message.includes(`"http://localhost/${token}", but this service is "${wantedSalt}"`));
    const written = await registry.register(spelt(token, 1, wantedSalt, { wantedSalt }), undefined);
    assert.equal(written.kind, 'created');
  });

  test('may carry a query behind the public URL, which rides on every request of its client', async () => {
    const { registry, token } = await open();
    const wantedSalt = `http://127.0.0.1/${token}`;
    const salt = `${wantedSalt}?key=1`;
    const first = spelt(token, 1, salt, { wantedSalt, salts: [wantedSalt, salt] });
    assert.equal((await registry.register(first, undefined)).kind, 'created');
    const second = spelt(token, 2, wantedSalt, { wantedSalt, salts: [wantedSalt, salt] });
    assert.match((await guardRefusal(registry, second)).message, /members before it use ".*\?key=1"$/);
  });
});

test('values of etcd 0.4 are not guarded: a loopback URL was its default', async () => {
  const { registry, token } = await open();
  const text = 'http://localhost:7001';
  assert.equal(
    (await registry.register(bareRegistrationOf(token, 'z1', { text }), undefined)).kind,
    'created',
  );
  assert.equal(
    (await registry.register(bareRegistrationOf(token, 'z2', { text }), undefined)).kind,
    'created',
  );
});
