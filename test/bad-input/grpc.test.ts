import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, before, test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { formatMessage } from '../../src/grpc/message-reader.ts';
import { GRPC_STATUS } from '../../src/grpc/status.ts';
import { LIMITS } from '../../src/limits.ts';
import {
  PutRequestSchema,
  PutResponseSchema,
  RangeRequestSchema,
  RangeResponseSchema,
  WatchCreateRequestSchema,
  WatchRequestSchema,
  WatchResponseSchema,
} from '../../src/proto/rpc_pb.ts';
import { poll } from '../support/poll.ts';
import { endOf, V3Client } from '../support/v3-client.ts';
import { startWatchedMuster, type WatchedMuster } from './watched-muster.ts';

const RANGE = '/etcdserverpb.KV/Range';
const PUT = '/etcdserverpb.KV/Put';
const WATCH = '/etcdserverpb.Watch/Watch';

let server: WatchedMuster;
let token: string;
let base: string;
before(async () => {
  server = await startWatchedMuster();
  token = await server.newToken();
  base = `/_etcd/registry/${token}/`;
});
after(async () => {
  await server.assertSound();
  await server[Symbol.asyncDispose]();
});

const bytes = (text: string): Buffer => Buffer.from(text);
const rangeBytes = (): Buffer =>
  formatMessage(
    toBinary(RangeRequestSchema, create(RangeRequestSchema, { key: bytes(`${base}_config/size`) })),
  );

function openClient(): V3Client {
  return new V3Client(server.muster.url);
}

async function assertServed(client: V3Client): Promise<void> {
  const { status, messages } = await client.call(RANGE, rangeBytes());
  assert.equal(status, GRPC_STATUS.ok);
  assert.equal(messages.length, 1);
}

test('a message over the limit is refused by its head, and one of that length is read', async () => {
  await using client = openClient();
  const head = Buffer.alloc(5);
  head.writeUInt32BE(LIMITS.grpcMessageMaxBytes + 1, 1);
  const refused = await client.call(PUT, head);
  assert.equal(refused.status, GRPC_STATUS.resourceExhausted);
  assert.match(refused.text, /received message larger than max \(2097153 vs\. 2097152\)/);
  const whole = await client.call(PUT, formatMessage(Buffer.alloc(LIMITS.grpcMessageMaxBytes)));
  assert.notEqual(whole.status, GRPC_STATUS.resourceExhausted);
  await assertServed(client);
});

test('what is no message of the method is told so', async () => {
  await using client = openClient();
  for (const body of ['\xff\xff\xff', '\x0a\xff\x01', '\x0b\x0b\x0b\x0b']) {
    const { status, text } = await client.call(PUT, formatMessage(Buffer.from(body, 'latin1')));
    assert.equal(status, GRPC_STATUS.internal);
    assert.equal(text, 'the request is not a valid etcdserverpb.PutRequest');
  }
  await assertServed(client);
});

test('a request that ends within its message, or before one, is told so', async () => {
  await using client = openClient();
  for (const body of [Buffer.alloc(0), rangeBytes().subarray(0, 3), rangeBytes().subarray(0, -1)]) {
    const { status, text } = await client.call(RANGE, body);
    assert.equal(status, GRPC_STATUS.internal);
    assert.match(text, /ended before its message was whole/);
  }
});

test('a second message of a unary call is refused, or not looked at where the first is answered', async () => {
  await using client = openClient();
  const { status } = await client.call(RANGE, Buffer.concat([rangeBytes(), rangeBytes()]));
  assert(status === GRPC_STATUS.internal || status === GRPC_STATUS.ok, String(status));
  await assertServed(client);
});

test('compressed messages are refused, by the flag and by the header', async () => {
  await using client = openClient();
  const flagged = rangeBytes();
  flagged[0] = 1;
  assert.equal((await client.call(RANGE, flagged)).status, GRPC_STATUS.unimplemented);
  const encoded = await client.call(RANGE, rangeBytes(), { 'grpc-encoding': 'gzip' });
  assert.equal(encoded.status, GRPC_STATUS.unimplemented);
});

test('other content types, methods and paths are refused in the words of their protocol', async () => {
  await using client = openClient();
  for (const type of ['application/json', 'application/grpc-web', 'application/grpc+json', '']) {
    const { httpStatus } = await client.call(RANGE, rangeBytes(), { 'content-type': type });
    assert.equal(httpStatus, 415, type);
  }
  for (const path of [
    '/',
    '/etcdserverpb.KV',
    '/etcdserverpb.KV/',
    '/etcdserverpb.KV/Compact',
    `/${'x'.repeat(5000)}`,
  ]) {
    const { status, text } = await client.call(path, rangeBytes());
    assert.equal(status, GRPC_STATUS.unimplemented, path.slice(0, 40));
    assert.match(text, /^unknown (?:method|service) /);
  }
});

test('/health and /livez answer as over HTTP/1.1 to GET and HEAD, and to nothing else', {
  timeout: 30_000,
}, async () => {
  await using client = openClient();
  const overHttp1 = await server.get('/health');
  const ask = async (
    method: string,
    path: string,
  ): Promise<[headers: Record<string, unknown>, body: string]> => {
    // Its client says nothing more, but does not end its side.
    const stream = client.session.request({ ':method': method, ':path': path }, { endStream: false });
    stream.on('error', () => {});
    let body = '';
    stream.on('data', (chunk: Buffer) => {
      body += chunk;
    });
    const [[headers]] = await Promise.all([once(stream, 'response'), once(stream, 'close')]);
    return [headers as Record<string, unknown>, body];
  };
  for (const [method, path] of [
    ['GET', '/health'],
    ['HEAD', '/health'],
    ['GET', '/health?from=lb'],
    ['GET', '/readyz'],
    ['GET', '/livez'],
    ['HEAD', '/livez'],
  ] as const) {
    const [headers, body] = await ask(method, path);
    assert.equal(headers[':status'], 200);
    assert.equal(body, method === 'HEAD' ? '' : overHttp1.body);
    for (const [name, value] of overHttp1.headers) {
      // Those of the connection are HTTP/1.1's own, and the seconds of the date may differ.
      if (!['connection', 'keep-alive', 'date'].includes(name)) assert.equal(headers[name], value, name);
    }
  }
  for (const [method, path] of [
    ['POST', '/health'],
    ['POST', '/livez'],
    ['GET', '/healthy'],
    ['GET', '/'],
    ['GET', '/metrics'],
  ] as const) {
    const [headers] = await ask(method, path);
    assert.equal(headers[':status'], 415, `${method} ${path}`);
  }
});

test('headers without end end the stream or the session, and nobody else notices', async () => {
  await using good = openClient();
  await assertServed(good);
  const many = Object.fromEntries(
    Array.from({ length: LIMITS.headerPairsMax + 1 }, (_, n) => [`x-${n}`, 'y']),
  );
  for (const headers of [many, { 'x-long': 'y'.repeat(4 * LIMITS.headersMaxBytes) }]) {
    await using client = openClient();
    const { status } = await client.call(RANGE, rangeBytes(), headers);
    assert.notEqual(status, GRPC_STATUS.ok);
  }
  await assertServed(good);
});

test('numbers at the ends of 64 bits are taken for what they mean in etcd', async () => {
  await using client = openClient();
  const MAX = (1n << 63n) - 1n;
  const MIN = -(1n << 63n);
  const ask = async (fields: object): Promise<unknown> => {
    const answer = await client.unary(RANGE, RangeRequestSchema, RangeResponseSchema, {
      key: bytes(base),
      rangeEnd: bytes(base.replace(/\/$/, '0')),
      ...fields,
    });
    return 'message' in answer ? Number(answer.message.kvs.length) : answer.status;
  };
  assert.equal(await ask({}), 1);
  assert.equal(await ask({ limit: MAX }), 1);
  assert.equal(await ask({ limit: MIN }), 1);
  assert.equal(await ask({ revision: MIN }), 1);
  assert.equal(await ask({ revision: MAX }), GRPC_STATUS.outOfRange);
  assert.equal(await ask({ maxModRevision: MAX, minCreateRevision: MIN }), 1);
  assert.equal(await ask({ minModRevision: MAX }), 0);
  assert.equal(await ask({ sortOrder: 99 }), GRPC_STATUS.invalidArgument);
});

test('keys and values that no registry has are refused with a sentence', async () => {
  await using client = openClient();
  const put = async (key: Buffer, value: Buffer): Promise<string> => {
    const answer = await client.unary(PUT, PutRequestSchema, PutResponseSchema, { key, value });
    assert('status' in answer, 'it was taken');
    return answer.text;
  };
  const url = bytes('n9=http://10.0.0.9:2380');
  for (const [id, value, reason] of [
    ['', url, /cannot register a member under the id ""/],
    ['a/b', url, /cannot register a member under the id/],
    ['_a', url, /cannot register a member under the id/],
    ['x'.repeat(LIMITS.memberIdMaxBytes + 1), url, /cannot register a member under the id/],
    ['a9', bytes(''), /cannot register "" as a member/],
    ['a9', Buffer.from([0xff, 0xfe]), /not UTF-8/],
    ['a9', bytes(`n9=http://10.0.0.9:2380,${'x'.repeat(LIMITS.valueMaxBytes)}`), /over 4096 bytes/],
  ] as const) {
    assert.match(await put(bytes(`${base}members/${id}`), value), reason);
  }
  assert.match(
    await put(bytes(`${base}_config/size`), bytes('0')),
    /the cluster size is given when the token is made, and stays \(make a token of another size with \/new\?size=N\)/,
  );
  assert.match(await put(bytes(`${base}_config/token`), url), /this key cannot be written/);
  assert.match(await put(Buffer.alloc(100_000, 'k'), url), /only the keys of one token/);
});

test('watches beyond the limit end their stream, and those up to it are served', async () => {
  await using client = openClient();
  const request = create(WatchRequestSchema, {
    requestUnion: {
      case: 'createRequest',
      value: create(WatchCreateRequestSchema, { key: bytes(`${base}_state`) }),
    },
  });
  const message = formatMessage(toBinary(WatchRequestSchema, request));
  const stream = client.open(WATCH);
  const ended = endOf(stream);
  for (let n = 0; n < LIMITS.watchesPerStreamMax; n++) stream.write(message);
  await poll('all watches open', 10_000, async () =>
    (await server.countWatches()) === LIMITS.watchesPerStreamMax ? true : undefined,
  );
  stream.write(message);
  const { status, text, messages } = await ended;
  assert.equal(status, GRPC_STATUS.resourceExhausted);
  assert.equal(text, 'too many watches on one stream');
  assert.equal(messages.length, LIMITS.watchesPerStreamMax);
  assert.deepEqual(
    new Set(messages.map((each) => fromBinary(WatchResponseSchema, each).created)),
    new Set([true]),
  );
});

test('a preface that goes wrong after its first bytes is refused as HTTP/1.1', async () => {
  for (const text of ['PRI\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', 'P\r\n\r\n']) {
    assert.equal((await server.send(text)).status, 400, JSON.stringify(text));
  }
});

test('nonsense behind the preface ends its connection', async () => {
  const socket = connectTcp(server.port, '127.0.0.1');
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.resume();
  socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100));
  await closed;
});

test('a preface that comes byte by byte is one', async () => {
  const socket = connectTcp(server.port, '127.0.0.1');
  socket.setNoDelay(true);
  for (const char of 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n') {
    await new Promise((resolve) => socket.write(char, resolve));
  }
  // An empty SETTINGS frame is answered by the server's own, whose type is the fourth byte.
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]));
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.equal(first[3], 4);
  socket.destroy();
});
