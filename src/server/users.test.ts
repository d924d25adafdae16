import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { createUsers, parseUsers } from './users.ts';

test('parseUsers reads names and passwords, which may hold colons and spaces', () => {
  const users = parseUsers('# members\n\nroot:s3cret\r\na:b: c\n', 'users');
  assert.deepEqual(
    [...users],
    [
      ['root', 's3cret'],
      ['a', 'b: c'],
    ],
  );
});

test('parseUsers refuses what is no list of users, and shows no password', () => {
  for (const [text, message] of [
    ['', /names nobody/],
    ['# only words\n', /names nobody/],
    ['root', /line 1, is not NAME:PASSWORD/],
    ['\n:s3cret', /line 2, is not NAME:PASSWORD/],
    ['root:', /is not NAME:PASSWORD/],
    ['root:s3cret\nroot:s3cret2', /line 2, names "root" again/],
  ] as const) {
    assert.throws(
      () => parseUsers(text, 'users'),
      (error) =>
        isMusterError(error, 'bad-setting') &&
        message.test(error.message) &&
        !error.message.includes('s3cret'),
    );
  }
});

test('an auth token is good in its own process until it is too old', () => {
  let now = 1_000_000;
  const users = createUsers(new Map([['root', 's3cret']]), () => now);
  assert.equal(users.authenticate('root', 'wrong'), undefined);
  assert.equal(users.authenticate('nobody', 's3cret'), undefined);
  const authToken = users.authenticate('root', 's3cret') ?? '';
  assert.ok(users.isValid(authToken));
  assert.ok(!createUsers(new Map([['root', 's3cret']]), () => now).isValid(authToken));
  for (const bad of ['', '.', 'x', `9${authToken}`, authToken.replace(/.$/, '-')])
    assert.ok(!users.isValid(bad), bad);
  now += LIMITS.authTokenMs - 1;
  assert.ok(users.isValid(authToken));
  now += 1;
  assert.ok(!users.isValid(authToken));
});

test('a name with its password is taken in the form of HTTP too', () => {
  const users = createUsers(new Map([['root', 'a:b']]), () => 0);
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  assert.ok(users.acceptsBasic(basic('root:a:b')));
  for (const bad of [undefined, '', 'Basic', 'Basic !', basic('root'), basic('root:a'), basic(':a:b')]) {
    assert.ok(!users.acceptsBasic(bad), bad);
  }
});
