import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { startMuster } from '../support/muster.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { parseDocument, parseEntry, parseList, V2Client } from '../support/v2-client.ts';

const MEMBERS = 100;

test('a client that hangs up before its answer and asks again at once gets the first answer', async () => {
  await using dir = await createTempDir();
  await using muster = await startMuster({ store: `lmdb:${dir.path}`, args: ['--log-level', 'warn'] });
  using maker = new V2Client(muster.url);
  const token = await maker.newToken(MEMBERS);
  for (let number = 0; number < MEMBERS; number++) {
    const [id, value] = [`ab${number}`, `m${number}=http://10.3.0.${number}:2380`];
    const hangUp = number % 2 === 0 ? 'end' : 'destroySoon';
    await askAndHangUp(muster.port, `/${token}/${id}?prevExist=false`, value, hangUp);
    using client = new V2Client(muster.url);
    const answer = await client.create(token, id, value);
    assert.equal(answer.status, 201, `${id}, ${hangUp}: ${answer.text}`);
    const entry = parseEntry(parseDocument(answer).node);
    assert.deepEqual(parseList(await maker.list(token)).at(-1), entry);
  }
});

/** Sends a PUT and the end of its connection after it, and waits for nothing. */
async function askAndHangUp(
  port: number,
  path: string,
  value: string,
  hangUp: 'end' | 'destroySoon',
): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  const body = new URLSearchParams({ value }).toString();
  const head = `Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}`;
  socket.write(`PUT ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${head}\r\n\r\n${body}`);
  socket[hangUp]();
  socket.resume();
  await once(socket, 'finish');
}
