import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '../clock/clock.ts';
import { createRateLimiter } from './rate-limiter.ts';

/** A clock that stands still until the test moves it. */
function standingClock(): Clock & { time: number } {
  return {
    time: 1_000_000,
    now() {
      return this.time;
    },
    setTimer: () => ({ cancel: () => {} }),
  };
}

/** How many things in a row the limiter allows. */
function allowed(limiter: { take(address: string): number | undefined }, address: string): number {
  let count = 0;
  while (count < 10_000 && limiter.take(address) === undefined) count++;
  return count;
}

test('take allows a minute full at once, and not one more', () => {
  const limiter = createRateLimiter(60, standingClock());
  for (let count = 0; count < 60; count++) assert.equal(limiter.take('10.0.0.1'), undefined);
  assert.equal(limiter.take('10.0.0.1'), 1);
  assert.equal(limiter.take('10.0.0.2'), undefined, 'another address has its own count');
});

test('take allows again after the time that it told, and not before', () => {
  for (const perMinute of [1, 2, 7, 59, 60, 61, 999]) {
    const clock = standingClock();
    const limiter = createRateLimiter(perMinute, clock);
    allowed(limiter, 'a');
    for (let round = 0; round < 50; round++) {
      const wait = limiter.take('a') ?? Number.NaN;
      assert.ok(Number.isInteger(wait) && wait >= 1 && wait <= 60, `${perMinute}: ${wait}`);
      if (wait > 1) {
        clock.time += (wait - 1) * 1000;
        assert.equal(limiter.take('a'), 1, `${perMinute} per minute, a second early`);
        clock.time += 1000;
      } else {
        clock.time += 1000;
      }
      assert.equal(limiter.take('a'), undefined, `${perMinute} per minute`);
      allowed(limiter, 'a');
    }
  }
});

test('take never saves up more than one minute', () => {
  const clock = standingClock();
  const limiter = createRateLimiter(10, clock);
  assert.equal(allowed(limiter, 'a'), 10);
  clock.time += 30_000;
  assert.equal(allowed(limiter, 'a'), 5);
  clock.time += 3_600_000;
  assert.equal(allowed(limiter, 'a'), 10);
});

test('a clock that is set back neither fills nor empties', () => {
  const clock = standingClock();
  const limiter = createRateLimiter(10, clock);
  assert.equal(allowed(limiter, 'a'), 10);
  clock.time -= 3_600_000;
  assert.equal(allowed(limiter, 'a'), 0);
  clock.time += 6_000;
  assert.equal(allowed(limiter, 'a'), 1);
});

test('addresses of one IPv6 network count together', () => {
  const limiter = createRateLimiter(1, standingClock());
  assert.equal(limiter.take('2001:db8::1'), undefined);
  assert.equal(limiter.take('2001:db8::ffff:1'), 60);
  assert.equal(limiter.take('2001:db8:0:1::1'), undefined);
});

test('only so many addresses are remembered, and those unseen for longest are forgotten', () => {
  const limiter = createRateLimiter(1, standingClock(), 4);
  for (const address of ['a', 'b', 'c', 'd']) limiter.take(address);
  assert.equal(limiter.addresses, 4);
  for (const address of ['c', 'd']) assert.notEqual(limiter.take(address), undefined, `${address} is known`);
  limiter.take('e');
  assert.equal(limiter.addresses, 3);
  for (const address of ['c', 'e']) assert.notEqual(limiter.take(address), undefined, `${address} is known`);
  assert.equal(limiter.take('a'), undefined, 'a was forgotten');
});

test('an address that comes back is remembered once', () => {
  const limiter = createRateLimiter(1, standingClock(), 6);
  for (const address of ['a', 'b', 'c', 'd', 'a']) limiter.take(address);
  assert.equal(limiter.addresses, 4);
});

test('an address that keeps coming is never forgotten, however many others come once', () => {
  const limiter = createRateLimiter(1, standingClock(), 100);
  limiter.take('flood');
  for (let count = 0; count < 10_000; count++) {
    limiter.take(`other ${count}`);
    assert.notEqual(limiter.take('flood'), undefined);
    assert.ok(limiter.addresses <= 100);
  }
});
