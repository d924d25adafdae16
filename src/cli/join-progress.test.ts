import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { openProgress } from './join-progress.ts';

/** A terminal, or a file, that keeps what is written. */
function openOutput(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

const CLEAR = '\r\u001b[K';

test('on a terminal the state is one line with the time that passed, and notes stand above it', () => {
  const output = openOutput(true);
  const clock = new FakeClock();
  const progress = openProgress(output, {}, clock);
  progress.note('early');
  progress.state('1 of 2');
  clock.advance(1000);
  progress.note('a note');
  clock.advance(61_000);
  progress.state('2 of 2');
  progress.end();
  assert.equal(clock.timers, 0);
  assert.deepEqual(output.written.slice(0, 4), [
    'muster: early\n',
    `${CLEAR}muster: 1 of 2 (0:00)`,
    `${CLEAR}muster: 1 of 2 (0:01)`,
    `${CLEAR}muster: a note\n`,
  ]);
  assert.deepEqual(output.written.slice(-3), [
    `${CLEAR}muster: 1 of 2 (1:02)`,
    `${CLEAR}muster: 2 of 2 (1:02)`,
    '\n',
  ]);
});

test('a state that is wider than the terminal is cut, and the time stays', () => {
  const output = openOutput(true, 20);
  const progress = openProgress(output, {}, new FakeClock());
  progress.state('123456789');
  progress.end();
  assert.equal(output.written[0], `${CLEAR}muster: 123… (0:00)`);
});

test('elsewhere each state is a line, without what would move a cursor', () => {
  for (const [output, env] of [
    [openOutput(false), {}],
    [openOutput(true), { TERM: 'dumb' }],
  ] as const) {
    const progress = openProgress(output, env, new FakeClock());
    progress.state('1 of 2: \u001b[2Jm1');
    progress.note('a note');
    progress.end();
    assert.deepEqual(output.written, ['muster: 1 of 2: ?[2Jm1\n', 'muster: a note\n']);
  }
});
