import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventParser } from './event-parser.ts';

const TEXT = ':\n\nevent: open\ndata: {"a":1}\nid: 7\n\ndata: one\ndata: two\n\n:\n\nevent: last\ndata: x';

test('EventParser gives the same events whatever pieces they come in', () => {
  const whole = new EventParser().push(TEXT);
  assert.deepEqual(whole, [
    { name: 'open', data: '{"a":1}', id: '7' },
    { name: 'message', data: 'one\ntwo', id: undefined },
  ]);
  for (let cut = 0; cut <= TEXT.length; cut++) {
    const parser = new EventParser();
    assert.deepEqual([...parser.push(TEXT.slice(0, cut)), ...parser.push(TEXT.slice(cut))], whole);
  }
  const parser = new EventParser();
  parser.push(TEXT);
  assert.deepEqual(parser.push('\n\n'), [{ name: 'last', data: 'x', id: undefined }]);
});
