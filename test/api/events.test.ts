import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import type { ServerSentEvent } from '../../src/api-client/event-parser.ts';
import { startMuster } from '../support/muster.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { ask, makeToken, register } from './api.ts';
import { type EventStream, openEvents } from './event-stream.ts';

const limits = { timeout: 60_000 };

async function take(stream: EventStream, count: number): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  while (events.length < count) events.push(await stream.next());
  return events;
}

const dataOf = ({ data }: ServerSentEvent): Record<string, unknown> =>
  JSON.parse(data) as Record<string, unknown>;

/** `member n1`, `state open 2`. */
function wordsOf(event: ServerSentEvent): string {
  const { name, state, missing } = dataOf(event);
  return [event.name, name, state, missing].filter((word) => word !== undefined).join(' ');
}

test('a stream tells where the token stands, and each thing that happens', limits, async () => {
  await using muster = await startMuster();
  const { token, url, managementSecret: secret } = await makeToken(muster.url, { size: 2 });
  await using stream = await openEvents(muster.url, token);
  assert.equal(wordsOf(await stream.next()), 'open open 2');
  await register(url, 1);
  assert.deepEqual((await take(stream, 2)).map(wordsOf), ['member n1', 'state open 1']);
  assert.equal(await register(url, 2, { value: 'n1=http://10.0.0.2:2380' }), 403);
  const [attempt] = await take(stream, 1);
  assert.match(attempt?.data ?? '', /refused-registration/);
  await register(url, 2);
  const told = (await take(stream, 3)).map(wordsOf).filter((words) => words !== 'attempt');
  assert.deepEqual(told, ['member n2', 'state complete 0']);
  await ask(muster.url, { method: 'DELETE', path: `/v1/tokens/${token}`, secret });
  assert.equal(wordsOf(await stream.next()), 'state revoked 0');
  await stream.ended;
});

test(
  'a reader that comes back is told what it missed, also over a restart, and nothing twice',
  limits,
  async () => {
    await using dir = await createTempDir();
    await using muster = await startMuster({ store: `lmdb:${dir.path}/data` });
    const { token, url } = await makeToken(muster.url);
    let lastId: string | undefined;
    {
      await using stream = await openEvents(muster.url, token);
      await stream.next();
      await register(url, 1);
      const [, state] = await take(stream, 2);
      lastId = state?.id;
    }
    assert(lastId);
    await register(url, 2);
    await muster.kill9();
    await muster.restart();
    await using again = await openEvents(muster.url, token, lastId);
    const [open, ...missed] = await take(again, 3);
    // What it stands at now must not count as seen before the rest has come.
    assert.equal(open?.id, undefined);
    assert.deepEqual(missed.map(wordsOf), ['member n2', 'state open 1']);
    await register(url, 3);
    assert.deepEqual((await take(again, 2)).map(wordsOf), ['member n3', 'state complete 0']);
  },
);

test('an id that is none of this service is no reason to wait for ever', limits, async () => {
  await using muster = await startMuster();
  const { token, url } = await makeToken(muster.url);
  for (const id of ['999999999', 'nonsense']) {
    await using stream = await openEvents(muster.url, token, id);
    assert.equal((await stream.next()).name, 'open');
    const n = id === 'nonsense' ? 2 : 1;
    await register(url, n);
    assert.equal((await stream.next()).name, 'member');
  }
});

test(
  'the end of a stream is told: of a token that is over at once, and at the stop of the service',
  limits,
  async () => {
    await using muster = await startMuster();
    const revoked = await makeToken(muster.url);
    await ask(muster.url, {
      method: 'DELETE',
      path: `/v1/tokens/${revoked.token}`,
      secret: revoked.managementSecret,
    });
    await using over = await openEvents(muster.url, revoked.token);
    assert.equal(wordsOf(await over.next()), 'open revoked 3');
    await over.ended;
    const { token } = await makeToken(muster.url);
    await using stream = await openEvents(muster.url, token);
    await stream.next();
    await Promise.all([muster.stop(), stream.ended]);
  },
);

test('a reader that closes its side is gone at once, and no longer counts as one', limits, async () => {
  await using muster = await startMuster({ args: ['--watches-per-token', '1'] });
  const { token } = await makeToken(muster.url);
  const path = `/v1/tokens/${token}/events`;
  const client = connect({ host: muster.address, port: muster.port, allowHalfOpen: true });
  client.write(`GET ${path} HTTP/1.1\r\nHost: ${muster.address}:${muster.port}\r\n\r\n`);
  await once(client, 'data');
  assert.equal((await ask(muster.url, { path })).status, 429);
  client.resume();
  client.end();
  await once(client, 'close');
  await using stream = await openEvents(muster.url, token);
  assert.equal((await stream.next()).name, 'open');
});

test('an extension is no event: nothing happened to the members', limits, async () => {
  await using muster = await startMuster();
  const { token, url, managementSecret: secret } = await makeToken(muster.url, { size: 3, ttlSeconds: 3600 });
  await register(url, 1);
  await using stream = await openEvents(muster.url, token);
  await stream.next();
  const path = `/v1/tokens/${token}`;
  assert.equal(
    (await ask(muster.url, { method: 'PATCH', path, body: { ttlSeconds: 86_400 }, secret })).status,
    200,
  );
  await register(url, 2);
  assert.deepEqual((await take(stream, 2)).map(wordsOf), ['member n2', 'state open 1']);
});

test('HEAD tells the type and ends', limits, async () => {
  await using muster = await startMuster();
  const { token } = await makeToken(muster.url);
  const { status, headers, text } = await ask(muster.url, {
    method: 'HEAD',
    path: `/v1/tokens/${token}/events`,
  });
  assert.deepEqual([status, headers['content-type'], text], [200, 'text/event-stream', '']);
});
