import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './bench.ts';
import { type HttpConnection, openConnection } from './http-client.ts';
import { countSockets, type Memory, readMemory, waitIdle } from './process-figures.ts';
import type { Row } from './row.ts';
import { createTokens, HAS_GO, type Side, startGo, startMuster } from './servers.ts';

const WATCHERS_PER_TOKEN = 5;
/** An index that no store here gets to. */
const LATER = 1_000_000_000;
const CLEAN_UP_MS = 2000;
const KIB = 1024;
const MIB = 1024 * 1024;

/** What watches cost while they wait, and what is left of them when their clients have vanished. */
export const benchParkedWatches: Bench = async ({ quick, dir }) => {
  const watches = quick ? 1000 : 5000;
  const mine = await measure(startMuster(`${dir.path}/watches`), watches);
  const theirs = HAS_GO ? await measure(startGo(`${dir.path}/etcd-of-watches`), watches) : undefined;
  const row = (
    what: string,
    unit: string,
    figure: (cost: WatchCost) => number,
    target?: Row['target'],
  ): Row => ({
    bench: 'watches',
    what: `${watches} parked: ${what}`,
    unit,
    muster: figure(mine),
    other: theirs && { name: 'Go server + etcd', value: figure(theirs) },
    target: theirs && target,
  });
  const quarter = { of: 'ratio', max: 0.25 } as const;
  return [
    row('RSS per watch', 'KiB', ({ perWatch }) => perWatch.rss / KIB, quarter),
    row('RssAnon per watch', 'KiB', ({ perWatch }) => perWatch.anonymous / KIB, quarter),
    row('RSS left 2 s after', 'MiB', ({ left }) => left.rss / MIB),
    row('RSS that a second time adds', 'MiB', ({ growth }) => growth.rss / MIB),
    {
      ...row('sockets left 2 s after', '', ({ socketsLeft }) => socketsLeft),
      target: { of: 'value', max: 0 },
    },
  ];
};

interface WatchCost {
  readonly perWatch: Memory;
  /** Above what it was before any watch, after the clients have vanished for the first time. */
  readonly left: Memory;
  /** From the peak of the first time to that of the second: a service that frees what it used shows none. */
  readonly growth: Memory;
  readonly socketsLeft: number;
}

/** Measures a service of its own: after this one, the Go server is out of file descriptors. */
async function measure(starting: Promise<Side>, watches: number): Promise<WatchCost> {
  await using side = await starting;
  return await parkTwice(side, watches);
}

async function parkTwice(side: Side, watches: number): Promise<WatchCost> {
  const tokens = await createTokens(side, 3, watches / WATCHERS_PER_TOKEN);
  await waitIdle(side.pids);
  const before = readMemory(side.pids);
  const socketsBefore = countSockets(side.pids);
  const first = await park(side, tokens);
  await sleep(CLEAN_UP_MS);
  const socketsLeft = countSockets(side.pids) - socketsBefore;
  const left = subtract(readMemory(side.pids), before);
  const second = await park(side, tokens);
  const cost = subtract(first, before);
  return {
    perWatch: { rss: cost.rss / watches, anonymous: cost.anonymous / watches },
    left,
    growth: subtract(second, first),
    socketsLeft: Math.max(0, socketsLeft),
  };
}

/** Opens the watches, waits until they rest, reads the memory, and destroys the connections. */
async function park(side: Side, tokens: readonly string[]): Promise<Memory> {
  const connections: HttpConnection[] = [];
  for (const path of tokens) {
    const opened = await Promise.all(
      Array.from({ length: WATCHERS_PER_TOKEN }, () => openConnection(side.url)),
    );
    for (const connection of opened) {
      // It is never answered: the end of the connection rejects it.
      connection.get(`${path}?recursive=true&wait=true&waitIndex=${LATER}`).catch(() => undefined);
      connections.push(connection);
    }
  }
  await waitIdle(side.pids);
  const memory = readMemory(side.pids);
  for (const connection of connections) connection.close();
  return memory;
}

function subtract(a: Memory, b: Memory): Memory {
  return { rss: a.rss - b.rss, anonymous: a.anonymous - b.anonymous };
}
