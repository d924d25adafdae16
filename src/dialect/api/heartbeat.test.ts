import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { LIMITS } from '../../limits.ts';
import { Heartbeat } from './heartbeat.ts';

/** More than sockets take ahead of a client that reads nothing. */
const TOO_MUCH = 'x'.repeat(16_000_000);

test('a stream that was ended, and waits for a reader who takes nothing, is left alone', async () => {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat(clock);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect(port, '127.0.0.1');
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  const [, res] = (await once(server, 'request')) as [unknown, ServerResponse];
  const errors: unknown[] = [];
  res.on('error', (error) => errors.push(error));
  const leave = heartbeat.keep(res);
  assert.equal(res.write(TOO_MUCH), false);
  res.end();
  clock.advance(LIMITS.eventsHeartbeatMs);
  // An error of a stream comes one turn later.
  await new Promise(setImmediate);
  assert.deepEqual(errors, []);
  leave();
  assert.equal(clock.timers, 0);
  client.destroy();
  server.close();
});
