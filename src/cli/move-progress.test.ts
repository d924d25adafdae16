import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { openMoveProgress } from './move-progress.ts';

function follow(isTTY: boolean, stepMs: number): string {
  const clock = new FakeClock();
  let written = '';
  const write = (text: string): void => {
    written += text;
  };
  const stderr = { isTTY, columns: 60, write };
  const progress = openMoveProgress({ stderr, env: {} }, clock);
  for (let tokens = 0; tokens <= 40; tokens++) {
    progress.now(() => `${tokens} tokens so far`);
    clock.advance(stepMs);
  }
  progress.end('done');
  assert.equal(clock.timers, 0, 'a timer is left');
  return written;
}

test('elsewhere than on a terminal a line comes every ten seconds, and one at the end', () => {
  assert.equal(
    follow(false, 1000),
    'muster: 10 tokens so far\nmuster: 20 tokens so far\nmuster: 30 tokens so far\nmuster: 40 tokens so far\nmuster: done\n',
  );
  assert.equal(follow(false, 10), 'muster: done\n');
});

test('on a terminal one line is written anew, ten times a second at the most', () => {
  const written = follow(true, 50);
  const states = written.split('\r\u001b[K').filter((text) => text.includes('so far'));
  assert.equal(states[0], 'muster: 2 tokens so far (0:00)');
  assert.ok(states.length >= 20 && states.length <= 23, `${states.length}`);
  assert.ok(written.endsWith('muster: 40 tokens so far (0:02)\nmuster: done\n'), written.slice(-80));
});
