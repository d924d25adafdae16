import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatMessage, MessageReader } from './message-reader.ts';
import { GRPC_STATUS, GrpcError } from './status.ts';

const bytes = (...texts: string[]): Buffer =>
  Buffer.concat(texts.map((text) => formatMessage(Buffer.from(text))));
const texts = (messages: Buffer[]): string[] => messages.map(String);

test('MessageReader answers each message once it is whole, however the bytes are cut', () => {
  const wire = bytes('one', '', 'three');
  for (let size = 1; size <= wire.length; size++) {
    const reader = new MessageReader(100);
    const read: string[] = [];
    for (let at = 0; at < wire.length; at += size) {
      read.push(...texts(reader.read(wire.subarray(at, at + size))));
    }
    assert.deepEqual(read, ['one', '', 'three'], `cut in pieces of ${size}`);
    assert.equal(reader.isWithin, false);
  }
});

test('MessageReader knows that a message has begun and is not whole', () => {
  const reader = new MessageReader(100);
  reader.read(bytes('one').subarray(0, 6));
  assert.equal(reader.isWithin, true);
});

test('MessageReader takes a message of the longest length and refuses a longer one by its head alone', () => {
  assert.equal(new MessageReader(4).read(bytes('four')).length, 1);
  const head = bytes('fives').subarray(0, 5);
  assert.throws(
    () => new MessageReader(4).read(head),
    (error) => error instanceof GrpcError && error.status === GRPC_STATUS.resourceExhausted,
  );
});

test('MessageReader refuses a compressed message', () => {
  const wire = bytes('x');
  wire[0] = 1;
  assert.throws(
    () => new MessageReader(4).read(wire),
    (error) => error instanceof GrpcError && error.status === GRPC_STATUS.unimplemented,
  );
});
