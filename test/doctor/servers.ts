import { once } from 'node:events';
import { createServer, type RequestListener, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { IssuedPair } from '../support/test-ca.ts';

/** A server that is none of Muster, on a loopback address. */
export interface OtherServer extends AsyncDisposable {
  /** Without a slash at the end. */
  readonly origin: string;
}

/** @param pair its certificate, where it speaks TLS */
export async function startServer(listener: RequestListener, pair?: IssuedPair): Promise<OtherServer> {
  return listen(
    pair === undefined ? createServer(listener) : createTlsServer(pair, listener),
    pair !== undefined,
  );
}

/** A proxy that knows where a name is that nobody else knows, and opens no way by CONNECT. */
export async function startProxy(name: string, target: string): Promise<OtherServer> {
  const { hostname, port } = new URL(target);
  const proxy = createServer((req, res) => {
    const { pathname, search, hostname: wanted } = new URL(req.url ?? '');
    if (wanted !== name) return void res.writeHead(502).end();
    request({ hostname, port, path: pathname + search }, (answer) => {
      res.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(res);
    }).end();
  });
  proxy.on('connect', (_, socket) => void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  return listen(proxy, false);
}

async function listen(server: Server, isTls: boolean): Promise<OtherServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${isTls ? 'https' : 'http'}://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
