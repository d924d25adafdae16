import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A load balancer for TCP, as operators have one before several Musters. */
export interface Balancer extends AsyncDisposable {
  readonly url: string;
}

/** Gives each connection to the next of some http URLs, and to one behind it where that does not take it. */
export async function startBalancer(urls: readonly string[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  let turn = 0;
  const pass = (client: Socket, attempts: number): void => {
    const { hostname, port } = new URL(urls[turn++ % urls.length] ?? '');
    const upstream = connect(Number(port), hostname);
    keep(upstream);
    upstream.once('connect', () => {
      client.pipe(upstream);
      upstream.pipe(client);
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
    });
    upstream.once('error', () => {
      if (attempts > 1 && !client.destroyed) pass(client, attempts - 1);
      else client.destroy();
    });
  };
  const server = createServer((client) => {
    keep(client);
    pass(client, urls.length);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the balancer has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
