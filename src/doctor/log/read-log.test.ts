import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { readLog } from './read-log.ts';

const { signal } = new AbortController();
const LINE = '2016-01-28 10:11:12 E | discovery: error #0: dial tcp 10.0.0.5:8087: connection refused';

async function* inPieces(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const whole = Buffer.from(text);
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
}

test('readLog reads the same whatever pieces a log comes in', async () => {
  const text = `ünïcode\n${LINE}\n${LINE}`;
  for (const bytes of [1, 7, 4096]) {
    const { lines, known } = await readLog(inPieces(text, bytes), signal);
    assert.deepEqual([lines, known], [3, 2]);
  }
});

test('readLog leaves out what is behind the first part of an endless line', async () => {
  const { lines, known } = await readLog(inPieces(`${'x'.repeat(1_000_000)}\n${LINE}\n`, 65_536), signal);
  assert.deepEqual([lines, known], [2, 1]);
});

test('readLog ends with the reason of its signal when what it reads is destroyed', async () => {
  const stream = new PassThrough();
  const controller = new AbortController();
  controller.signal.addEventListener('abort', () => stream.destroy());
  stream.write(`${LINE}\n`);
  const reading = readLog(stream, controller.signal);
  controller.abort(143);
  await assert.rejects(reading, (reason) => reason === 143 || reason instanceof Error);
});
