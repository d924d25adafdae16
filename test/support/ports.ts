import { createServer } from 'node:net';

// Below the range that systems take outgoing connections' own ports from (Linux: from 32768), so that none of
// those can sit on a port between its choice here and the moment when a program, or its restart, listens there.
const PORT_FIRST = 15_000;
const PORT_LAST = 31_999;
const ATTEMPTS_MAX = 200;

/** Every port that this process was given, on any address: none is handed out twice. */
const given = new Set<number>();

/** A TCP port that nothing listens on, on a loopback address such as `127.0.0.11`. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = PORT_FIRST + Math.floor(Math.random() * (PORT_LAST - PORT_FIRST + 1));
    if (given.has(port) || !(await canListen(address, port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(`no free port found on ${address} after ${ATTEMPTS_MAX} attempts`);
}

function canListen(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
