import { createServer } from 'node:net';
import { MusterError } from '../errors.ts';

/** Where one member listens. */
export interface MemberAddress {
  readonly peerUrl: string;
  readonly clientUrl: string;
}

/** etcd's own ports. */
const PEER_PORT = 2380;
const CLIENT_PORT = 2379;
/** Further ports are tried in steps of this, up to the last port there is. */
const PORT_STEP = 1000;
const PORT_LAST = 65_535;

/**
 * Loopback addresses for members, each on one of its own where the system has them (127.0.0.11, 127.0.0.12, ...), and
 * with etcd's own ports where they are free.
 *
 * @throws MusterError `cannot-listen`
 */
export async function findAddresses(count: number): Promise<readonly MemberAddress[]> {
  const found: MemberAddress[] = [];
  const taken = new Set<string>();
  for (let index = 1; index <= count; index++) {
    const own = `127.0.0.${10 + index}`;
    const host = (await canListen(own, 0)) ? own : '127.0.0.1';
    const clientUrl = await findUrl(host, CLIENT_PORT, taken);
    const peerUrl = await findUrl(host, PEER_PORT, taken);
    found.push({ peerUrl, clientUrl });
  }
  return found;
}

async function findUrl(host: string, first: number, taken: Set<string>): Promise<string> {
  for (let port = first; port <= PORT_LAST; port += PORT_STEP) {
    const url = `http://${host}:${port}`;
    if (taken.has(url) || !(await canListen(host, port))) continue;
    taken.add(url);
    return url;
  }
  throw new MusterError('cannot-listen', `no port from ${first} on is free on ${host}`, {
    remedy: 'Stop some of the programs that listen there.',
  });
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
