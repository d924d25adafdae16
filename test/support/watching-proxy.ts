import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A request as it passes: its first line taken apart. */
export interface PassingRequest {
  readonly method: string;
  readonly target: string;
}

/**
 * Where a request is. `arrived`: complete, not passed on yet. `forwarded`: passed on. `answering`: the first bytes
 * of its answer are there, and not passed back yet. `answered`: they are passed back.
 */
export type Moment = 'arrived' | 'forwarded' | 'answering' | 'answered';

/** A TCP proxy for HTTP/1.1 that passes bytes as they are, and can cut a connection at an exact moment. */
export interface WatchingProxy extends AsyncDisposable {
  readonly port: number;
}

/**
 * @param upstreamPort where the server listens on 127.0.0.1; it may come and go
 * @param onMoment asked at each moment of each request; `cut` ends both connections there and then
 */
export async function startWatchingProxy(
  upstreamPort: number,
  onMoment: (moment: Moment, request: PassingRequest) => 'pass' | 'cut',
): Promise<WatchingProxy> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    const upstream = connect(upstreamPort, '127.0.0.1');
    keep(upstream);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.once('close', end);
    upstream.once('close', end);
    passRequests(client, upstream, onMoment).catch(end);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Passes one request after the other: the clients of this protocol never send the next one before the answer. */
async function passRequests(
  client: Socket,
  upstream: Socket,
  onMoment: (moment: Moment, request: PassingRequest) => 'pass' | 'cut',
): Promise<void> {
  let request: PassingRequest | undefined;
  let isAnswering = false;
  const at = (moment: Moment): void => {
    if (request && onMoment(moment, request) === 'cut') throw new Error('cut');
  };
  const back = (async () => {
    for await (const bytes of upstream) {
      const isFirst = !isAnswering;
      isAnswering = true;
      if (isFirst) at('answering');
      client.write(bytes as Buffer);
      if (isFirst) at('answered');
    }
  })();
  const forth = (async () => {
    let pending = Buffer.alloc(0);
    for await (const bytes of client) {
      pending = Buffer.concat([pending, bytes as Buffer]);
      const length = requestLength(pending);
      if (length === undefined || pending.length < length) continue;
      const [method = '', target = ''] = pending.toString('latin1').split(' ', 2);
      request = { method, target };
      isAnswering = false;
      at('arrived');
      upstream.write(pending);
      pending = Buffer.alloc(0);
      at('forwarded');
    }
  })();
  await Promise.all([back, forth]);
}

/** Bytes of the request at the start of a buffer; undefined while its headers are not complete. */
function requestLength(bytes: Buffer): number | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  return end + 4 + Number(/\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1] ?? 0);
}
