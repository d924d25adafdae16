import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Bench } from './bench.ts';
import { readMemory, waitIdle } from './process-figures.ts';
import { createTokens, startMuster } from './servers.ts';

const PAGES = 1000;
const KB = 1000;

/**
 * What open pages of one token cost: each is a browser that has fetched the page, keeps that connection, and follows the
 * events of the token on another one.
 */
export const benchOpenPages: Bench = async ({ dir }) => {
  await using side = await startMuster(`${dir.path}/pages`);
  const [path = ''] = await createTokens(side, 3, 1);
  // What the first page makes is there once for all.
  const first = await openPage(side.url, path);
  await waitIdle(side.pids);
  const before = readMemory(side.pids);
  const pages: Socket[][] = [];
  for (let n = 0; n < PAGES; n++) pages.push(await openPage(side.url, path));
  await waitIdle(side.pids);
  const after = readMemory(side.pids);
  for (const socket of [...first, ...pages.flat()]) socket.destroy();
  const row = (what: string, bytes: number) =>
    ({
      bench: 'pages',
      what: `${PAGES} open pages of one token: ${what} each`,
      unit: 'kB',
      muster: bytes / PAGES / KB,
      other: undefined,
      target: { of: 'value', max: 20 },
    }) as const;
  return [row('RSS', after.rss - before.rss), row('RssAnon', after.anonymous - before.anonymous)];
};

/** The connection of the page, and that of its events. */
async function openPage(service: string, path: string): Promise<Socket[]> {
  const page = await send(service, path, 'text/html', /(<\/html>|\})\s*$/i);
  const events = await send(service, `/v1/tokens${path}/events`, 'text/event-stream', /event: open\n/);
  return [page, events];
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
