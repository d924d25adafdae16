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
 * A place for the member of a number from 1 on: a loopback address of its own where the system has it (127.0.0.11,
 * 127.0.0.12, ...), with etcd's own ports where they are free. Asked right before it starts, since others start too.
 *
 * @param taken what was given out already, to members that may not listen yet; the new place is added
 * @throws MusterError `cannot-listen`
 */
export async function findAddress(number: number, taken: Set<string>): Promise<MemberAddress> {
  const own = `127.0.0.${10 + number}`;
  const host = (await canListen(own, 0)) ? own : '127.0.0.1';
  return {
    clientUrl: await findUrl(host, CLIENT_PORT, taken),
    peerUrl: await findUrl(host, PEER_PORT, taken),
  };
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
