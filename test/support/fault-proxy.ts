import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What a proxy does with the bytes that come.
 * `pass`: passes them on. `cut`: ends all connections, and takes no new one. `stall`: keeps them, on connections that
 * look alive. `mute`: passes on what clients send, and drops what comes back. A number: passes on after so many
 * milliseconds.
 */
export type ProxyMode = 'pass' | 'cut' | 'stall' | 'mute' | number;

/** A TCP proxy that can do to its connections what networks do. */
export interface FaultProxy extends AsyncDisposable {
  readonly url: string;
  /** What came while it stalled is lost with its connections when that ends, as with a cable that was cut. */
  set(mode: ProxyMode): void;
}

/** @param upstream an http URL, of which host and port count */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const { hostname, port } = new URL(upstream);
  const sockets = new Set<Socket>();
  let mode: ProxyMode = 'pass';
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const pass = (from: Socket, to: Socket, isAnswer: boolean): void => {
    const held: Buffer[] = [];
    from.on('data', (bytes: Buffer) => {
      if (mode === 'stall' || (mode === 'mute' && isAnswer)) return;
      const delayMs = typeof mode === 'number' ? mode : 0;
      if (delayMs === 0 && held.length === 0) {
        to.write(bytes);
        return;
      }
      // What came first leaves first, whatever the delay is by then.
      held.push(bytes);
      setTimeout(() => {
        const next = held.shift();
        if (next !== undefined && to.writable) to.write(next);
      }, delayMs);
    });
    from.on('close', () => to.destroy());
  };
  const server = createServer((client) => {
    keep(client);
    if (mode === 'cut') {
      client.destroy();
      return;
    }
    const toMember = connect(Number(port), hostname);
    keep(toMember);
    pass(client, toMember, false);
    pass(toMember, client, true);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    set(next) {
      // Bytes were swallowed in the middle of streams that nobody could read on.
      if (next === 'cut' || mode === 'stall' || mode === 'mute') end();
      mode = next;
    },
    async [Symbol.asyncDispose]() {
      end();
      server.close();
      await once(server, 'close');
    },
  };
}
