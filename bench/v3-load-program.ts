/**
 * Unary gRPC calls over some connections, each with one call at a time. A program of its own, so that what it costs
 * is not added to the process that starts the servers. FILE holds messages as gRPC frames them: a single one is sent
 * again and again, several are sent once each. Prints its figures as JSON.
 *
 *     node dist/bench/v3-load-program.js URL PATH CONNECTIONS SECONDS FILE
 */
import { readFileSync } from 'node:fs';
import { MessageReader } from '../src/grpc/message-reader.ts';
import { prepareCall } from '../test/support/h2-frames.ts';
import { H2Connection } from './h2-connection.ts';

const MESSAGE_MAX_BYTES = 1 << 20;

const [target = '', path = '', connectionCount, seconds, file = ''] = process.argv.slice(2);
const url = new URL(target);
const messages = new MessageReader(MESSAGE_MAX_BYTES).read(readFileSync(file));
const calls = messages.map((message) => prepareCall(url.host, path, message));
const repeated = calls.length === 1 ? calls[0] : undefined;

const connections = await Promise.all(
  Array.from({ length: Number(connectionCount) }, () => H2Connection.open(url)),
);
let next = 0;
let requests = 0;
const startedAt = performance.now();
const endsAt = startedAt + Number(seconds) * 1000;
await Promise.all(
  connections.map(async (connection) => {
    while (performance.now() < endsAt) {
      const call = repeated ?? calls[next++];
      if (call === undefined) throw new Error(`${calls.length} messages were too few`);
      if (!(await connection.call(call))) throw new Error(`${target}${path}: a call was refused`);
      requests++;
    }
  }),
);
const perSecond = (requests * 1000) / (performance.now() - startedAt);
for (const connection of connections) connection.close();
console.log(JSON.stringify({ requests, perSecond }));
