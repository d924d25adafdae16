import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Bench } from './bench.ts';
import { type Memory, readMemory, waitIdle } from './process-figures.ts';
import type { Row } from './row.ts';
import { createTokens, type Side, startMuster } from './servers.ts';

const PAGES = 1000;
const KB = 1000;

/**
 * What open pages of one token cost: each is a browser that has fetched the page and follows the events of the token. Before
 * that, as many are opened one after the other and closed again, so that the service has the heap that this much work
 * makes of it, whether a page stays open or not.
 */
export const benchOpenPages: Bench = async ({ dir }) => {
  await using side = await startMuster(`${dir.path}/pages`);
  const [path = ''] = await createTokens(side, 3, 1);
  const fresh = await readIdle(side);
  for (let n = 0; n < PAGES; n++) {
    for (const socket of Object.values(await openPage(side, path))) socket.destroy();
  }
  const before = await readIdle(side);
  const opened = [];
  for (let n = 0; n < PAGES; n++) opened.push(await openPage(side, path));
  // A browser's connection for the page itself is soon closed.
  const pages = opened.map(({ page }) => page).filter(({ closed }) => !closed);
  await Promise.all(pages.map((page) => once(page.resume(), 'close')));
  const after = await readIdle(side);
  for (const { events } of opened) events.destroy();
  const row = (what: string, bytes: number, target?: Row['target']): Row => ({
    bench: 'pages',
    what,
    unit: 'kB',
    muster: bytes / PAGES / KB,
    other: undefined,
    target,
  });
  return [
    row(`${PAGES} open pages of one token: RSS each`, after.rss - before.rss, { of: 'value', max: 20 }),
    row('the same above a service that has done nothing', after.rss - fresh.rss),
  ];
};

async function readIdle({ pids }: Side): Promise<Memory> {
  await waitIdle(pids);
  return readMemory(pids);
}

/** The connection of the page, and that of its events. */
async function openPage({ url }: Side, path: string): Promise<Record<'page' | 'events', Socket>> {
  const page = await send(url, path, 'text/html', /<\/html>\s*$/i);
  const events = await send(url, `/v1/tokens${path}/events`, 'text/event-stream', /event: open\n/);
  return { page, events };
}

/** Sends a request as a browser does, and resolves when the answer has come that far. */
async function send(service: string, path: string, accept: string, until: RegExp): Promise<Socket> {
  const { hostname, port, host } = new URL(service);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.setEncoding('utf8');
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: ${accept}\r\nUser-Agent: Mozilla/5.0\r\n\r\n`,
  );
  let text = '';
  for await (const piece of socket.iterator({ destroyOnReturn: false })) {
    text += String(piece);
    if (until.test(text)) return socket;
  }
  throw new Error(`${path} ended: ${text.slice(0, 500)}`);
}
