import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { DAY_SECONDS, openRegistry, refusalOf, registrationOf } from '../../test/support/registry.ts';
import type { ErrorCode } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { Attempts } from './attempts.ts';
import type { Attempt } from './findings.ts';

const T = '0'.repeat(32);

function refused(memberId: string, from: string, code: ErrorCode = 'guard-refused'): Attempt {
  return { memberId, from, refusal: { code, message: `refused ${code}` } };
}

test('attempts are remembered once each, the newest text last, and bounded', () => {
  const attempts = new Attempts(new FakeClock());
  assert.deepEqual(attempts.of(T), []);
  attempts.note(T, refused('a', '10.0.0.1'));
  attempts.note(T, refused('b', '10.0.0.2'));
  attempts.note(T, refused('a', '10.0.0.1'));
  assert.deepEqual(
    attempts.of(T).map(({ memberId }) => memberId),
    ['b', 'a'],
  );
  for (let n = 0; n < LIMITS.attemptsPerTokenMax + 1; n++) attempts.note(T, refused(`m${n}`, '10.0.0.9'));
  assert.equal(attempts.of(T).length, LIMITS.attemptsPerTokenMax);
  assert.equal(attempts.of(T)[0]?.memberId, 'm1');
});

test('tokens unseen for longest are forgotten first', () => {
  const attempts = new Attempts(new FakeClock());
  const tokenOf = (n: number): string => n.toString(16).padStart(32, '0');
  for (let n = 0; n < LIMITS.attemptTokensMax; n++) attempts.note(tokenOf(n), refused('a', '10.0.0.1'));
  assert.equal(attempts.of(tokenOf(0)).length, 1);
  attempts.note(tokenOf(LIMITS.attemptTokensMax), refused('a', '10.0.0.1'));
  assert.deepEqual(attempts.of(tokenOf(0)), []);
  assert.equal(attempts.of(tokenOf(1)).length, 1);
});

test('an attempt is forgotten after a day', () => {
  const clock = new FakeClock();
  const attempts = new Attempts(clock);
  attempts.note(T, refused('a', '10.0.0.1'));
  clock.advance(LIMITS.attemptsKeptMs);
  assert.equal(attempts.of(T).length, 1);
  clock.advance(1);
  assert.deepEqual(attempts.of(T), []);
});

test('refusals that are about the token or the moment are not kept', () => {
  const attempts = new Attempts(new FakeClock());
  for (const code of ['expired-token', 'store-unavailable', 'key-exists', 'rate-limited'] as const)
    attempts.note(T, refused('a', '10.0.0.1', code));
  assert.deepEqual(attempts.of(T), []);
});

test('listeners are told of what is new, and of what is settled, until they leave', () => {
  const clock = new FakeClock();
  const attempts = new Attempts(clock);
  let told = 0;
  const leave = attempts.listen(T, () => {
    told += 1;
  });
  attempts.note(T, refused('a', '10.0.0.1'));
  attempts.note(T, refused('a', '10.0.0.1'));
  assert.equal(told, 1);
  clock.advance(LIMITS.attemptsToldMs);
  attempts.settle(T, 'other', '10.0.0.1');
  assert.equal(told, 2);
  assert.deepEqual(attempts.of(T), []);
  leave();
  attempts.note(T, refused('a', '10.0.0.1'));
  assert.equal(told, 2);
  assert.equal(clock.timers, 0);
});

test('whoever has many registrations refused makes no listener busy: the first is told, then how it stands', () => {
  const clock = new FakeClock();
  const attempts = new Attempts(clock);
  let told = 0;
  attempts.listen(T, () => {
    told += 1;
  });
  for (let n = 0; n < 100; n++) attempts.note(T, refused(`m${n}`, '10.0.0.1'));
  assert.equal(told, 1);
  clock.advance(LIMITS.attemptsToldMs);
  assert.equal(told, 2);
  clock.advance(LIMITS.attemptsToldMs);
  assert.equal(told, 2);
  assert.equal(clock.timers, 0);
});

test('what was refused for its length is not remembered whole', () => {
  const attempts = new Attempts(new FakeClock());
  const long = 'x'.repeat(100_000);
  attempts.note(T, { memberId: long, from: '10.0.0.1', refusal: { code: 'guard-refused', message: long } });
  const [{ memberId, refusal } = refused('', '')] = attempts.of(T);
  assert.equal(memberId.length, LIMITS.memberIdMaxBytes);
  assert.equal(refusal?.message.length, LIMITS.attemptMessageMaxChars);
});

test('a refused registration is a finding of its token, until its machine gets in', async () => {
  const { registry } = openRegistry();
  const token = await registry.create({ size: 3, ttlSeconds: DAY_SECONDS });
  await registry.register(registrationOf(token, 1), undefined);
  const findings = async (): Promise<string[]> =>
    (await registry.report(token)).findings.map(({ id }) => id).filter((id) => id !== 'waiting');
  assert.deepEqual(await findings(), []);
  // A second machine with the name of the first one.
  const { text } = registrationOf(token, 1);
  await refusalOf(() =>
    registry.register(registrationOf(token, 2, { text: text.replace('10.0.0.1', '10.0.0.2') }), undefined),
  );
  assert.deepEqual(await findings(), ['refused-registration']);
  await registry.register(registrationOf(token, 2), undefined);
  assert.deepEqual(await findings(), []);
});

test('a member that comes again from another address is a finding', async () => {
  const { registry } = openRegistry();
  const token = await registry.create({ size: 3, ttlSeconds: DAY_SECONDS });
  await registry.register(registrationOf(token, 1), undefined);
  await registry.register(registrationOf(token, 1, { from: '10.9.9.9' }), undefined);
  const { findings } = await registry.report(token);
  assert(findings.some(({ id }) => id === 'changed-source'));
});
