import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatGap, formatMoment, formatRelative } from './times.ts';

const NOW = Date.parse('2026-11-28T12:00:00.000Z');
const at = (offsetMs: number): string => new Date(NOW + offsetMs).toISOString();

test('formatMoment writes a time in UTC for people, and what is no time as it is', () => {
  assert.equal(formatMoment('2026-03-07T02:45:11.123Z'), '7 Mar 2026, 02:45:11 UTC');
  assert.equal(formatMoment('never'), 'never');
});

test('formatRelative takes the largest unit of which there are two', () => {
  assert.equal(formatRelative(at(-400), NOW), 'just now');
  assert.equal(formatRelative(at(-1000), NOW), '1 second ago');
  assert.equal(formatRelative(at(-119_000), NOW), '119 seconds ago');
  assert.equal(formatRelative(at(-120_000), NOW), '2 minutes ago');
  assert.equal(formatRelative(at(7 * 86_400_000), NOW), 'in 7 days');
});

test('formatGap is short at every length', () => {
  const gaps = [0, 420, 9949, 9950, 61_000, 3_600_000, 7_500_000, 273_600_000].map(formatGap);
  assert.deepEqual(gaps, ['0.0 s', '0.4 s', '9.9 s', '10 s', '1 min 1 s', '1 h', '2 h 5 min', '3 d 4 h']);
  assert.equal(formatGap(Number.NaN), '');
  assert.equal(formatGap(-1), '');
});
