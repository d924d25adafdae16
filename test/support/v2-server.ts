import { createServer, request } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { V2Options } from '../../src/dialect/v2/handler.ts';
import { serveV2 } from '../../src/dialect/v2/handler.ts';
import { parseRoute } from '../../src/dialect/v2/route.ts';
import { Registrants } from '../../src/registry/registrants.ts';
import { Registry } from '../../src/registry/registry.ts';
import { createMemoryStore } from '../../src/store/memory/memory-store.ts';
import type { Store } from '../../src/store/store.ts';
import { FakeClock } from './fake-clock.ts';

export const TOKEN = '7e7c63d11e3a4274b61db412494faacb';

/** An answer, byte for byte. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** The v2 dialect on a free port, over the memory store and a clock that stands still. */
export interface V2Server {
  readonly registry: Registry;
  readonly store: Store;
  readonly clock: FakeClock;
  readonly stopping: AbortController;
  readonly faults: unknown[];
  /** Sends one request, the target as it is, with a form as its body where there is one. */
  ask(method: string, target: string, form?: string, signal?: AbortSignal): Promise<Answer>;
}

/** The first token is made at index 5, as in the records of real servers, and is `TOKEN`. */
export async function startV2(t: TestContext, options: Partial<V2Options> = {}): Promise<V2Server> {
  const clock = new FakeClock();
  const store = createMemoryStore({ clock });
  const registrants = new Registrants();
  const tokens = ['1', '2', '3'].map((digit) => digit.repeat(32)).concat(TOKEN);
  let issued = 3;
  const createToken = (): string => tokens.shift() ?? String(++issued).padStart(32, '0');
  const registry = new Registry({ store, clock, createToken, policy: { guard: true }, registrants });
  for (let n = 0; n < 4; n++) await registry.create({ size: 3, ttlSeconds: 604_800 });
  const stopping = new AbortController();
  const faults: unknown[] = [];
  const v2: V2Options = {
    registry,
    floodGate: {
      takeNew: () => undefined,
      takeRead: () => undefined,
      openWatch: () => () => undefined,
    },
    stopping: stopping.signal,
    now: () => clock.now(),
    publicUrl: undefined,
    tokenTtlSeconds: 604_800,
    assertMayCreate: () => undefined,
    onFault: (fault) => faults.push(fault),
    ...options,
  };
  const server = createServer((req, res) => {
    const [path = '', query = ''] = (req.url ?? '').split('?', 2);
    const requester = {
      address: '127.0.0.1',
      isForwarded: false,
      connection: req.socket,
      scheme: 'http' as const,
      authorities: [req.headers.host ?? ''],
      isAdmin: req.headers.authorization === 'Bearer admin',
      lacks: undefined,
    };
    const method = req.method ?? '';
    const answered = (): void => undefined;
    void serveV2(
      { req, res, method, path, query, requester, baseHeaders: [], answered },
      parseRoute(path),
      v2,
    );
  });
  server.on('connection', (socket: Socket) =>
    socket.once('close', () => void registry.connectionClosed(socket)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  t.after(async () => {
    stopping.abort();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await store.close();
  });
  const ask: V2Server['ask'] = (method, path, form, signal) =>
    new Promise((resolve, reject) => {
      const headers = form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
      // Each request has a connection of its own, which is gone with its answer.
      const options = {
        port,
        host: '127.0.0.1',
        method,
        path,
        headers,
        agent: false,
        ...(signal && { signal }),
      };
      const req = request(options, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({ status: res.statusCode ?? 0, headers: res.headers, body });
        });
      });
      req.on('error', reject);
      req.end(form);
    });
  return { registry, store, clock, stopping, faults, ask };
}
