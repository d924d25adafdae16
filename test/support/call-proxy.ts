import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';

/** What a proxy for calls waits for, told by the path of a call and by how many there were of it, this one included. */
export interface CallHooks {
  /** Before the call is passed on, also where its client has left by then. */
  readonly beforeRequest?: (path: string, count: number) => void | Promise<void>;
  /** Before what came back is passed on, as a whole. For calls of one message each way. */
  readonly beforeAnswer?: (path: string, count: number) => void | Promise<void>;
}

/** A proxy that lets a test stand between a client of gRPC and a real etcd, call by call. */
export interface CallProxy extends AsyncDisposable {
  readonly url: string;
  /** How many calls of a path came. */
  count(path: string): number;
  /** Takes no more connections and tells the open ones so, as a server that stops: their calls go on. */
  stopTaking(): void;
  /** Ends all connections at once. */
  cut(): void;
}

/** @param upstream an http URL, of which host and port count */
export async function startCallProxy(upstream: string, hooks: CallHooks = {}): Promise<CallProxy> {
  const counts = new Map<string, number>();
  const sessions = new Set<Http2Session>();
  let toMember: ClientHttp2Session | undefined;
  const member = (): ClientHttp2Session => {
    if (toMember === undefined || toMember.destroyed) {
      toMember = connect(upstream);
      toMember.on('error', () => {});
    }
    return toMember;
  };
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (client, headers) => {
    const path = headers[':path'] ?? '';
    const count = (counts.get(path) ?? 0) + 1;
    counts.set(path, count);
    client.on('error', () => {});
    if (path.endsWith('/Watch')) passStream(client, headers, member());
    else void passCall(client, headers, member, { path, count, hooks });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const cut = (): void => {
    for (const session of sessions) session.destroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    count: (path) => counts.get(path) ?? 0,
    stopTaking() {
      server.close();
      for (const session of sessions) session.goaway();
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut();
      toMember?.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== ':authority'));
}

async function passCall(
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  member: () => ClientHttp2Session,
  { path, count, hooks }: { readonly path: string; readonly count: number; readonly hooks: CallHooks },
): Promise<void> {
  const body: Buffer[] = [];
  client.on('data', (chunk: Buffer) => body.push(chunk));
  await once(client, 'end');
  await hooks.beforeRequest?.(path, count);
  const call = member().request(withoutConnection(headers));
  call.on('error', () => {});
  const answer: Buffer[] = [];
  let first: IncomingHttpHeaders = {};
  let last: IncomingHttpHeaders = {};
  call.on('response', (got) => (first = got));
  call.on('trailers', (got) => (last = got));
  call.on('data', (chunk: Buffer) => answer.push(chunk));
  const closed = once(call, 'close');
  call.end(Buffer.concat(body));
  await closed;
  await hooks.beforeAnswer?.(path, count);
  if (client.destroyed) return;
  const isWhole = first['grpc-status'] !== undefined;
  client.respond(withoutDate(first), { waitForTrailers: !isWhole });
  client.on('wantTrailers', () => client.sendTrailers(last));
  client.end(Buffer.concat(answer));
}

function passStream(
  client: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  member: ClientHttp2Session,
): void {
  const call = member.request(withoutConnection(headers), { endStream: false });
  call.on('error', () => client.destroy());
  call.on('response', (got) => {
    if (client.destroyed) return;
    client.respond(withoutDate(got));
    call.pipe(client);
  });
  client.on('data', (chunk: Buffer) => call.write(chunk));
  client.on('close', () => call.destroy());
  call.on('close', () => client.destroy());
}

function withoutDate(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'date'));
}
