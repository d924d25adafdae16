import { create } from '@bufbuild/protobuf';
import { WatchCreateRequestSchema } from '../src/proto/rpc_pb.ts';
import { V3Client } from '../test/support/v3-client.ts';
import { WatchStream } from '../test/v3/watch-stream.ts';
import type { Bench } from './bench.ts';
import { readMemory, waitIdle } from './process-figures.ts';
import { createTokens, HAS_ETCD, type Side, startEtcd, startMuster } from './servers.ts';
import { inventToken, membersOf } from './v3-requests.ts';

const WATCHERS_PER_TOKEN = 5;
const KB = 1000;

/** What watch streams cost while they wait, each on a connection of its own, as those of machines are. */
export const benchV3ParkedWatches: Bench = async ({ quick, dir }) => {
  const streams = quick ? 500 : 2000;
  const tokens = streams / WATCHERS_PER_TOKEN;
  const mine = await measure(startMuster(`${dir.path}/v3-watches`), async (side) =>
    (await createTokens(side, 3, tokens)).map((path) => path.slice(1)),
  );
  const theirs = HAS_ETCD
    ? await measure(startEtcd(`${dir.path}/etcd-of-v3-watches`), async () =>
        Array.from({ length: tokens }, inventToken),
      )
    : undefined;
  return [
    {
      bench: 'v3-watches',
      what: `${streams} parked: RSS per stream`,
      unit: 'kB',
      muster: mine / KB,
      other: theirs === undefined ? undefined : { name: 'etcd 3.6', value: theirs / KB },
      target: { of: 'value', max: 40 },
    },
  ];
};

/** Answers the bytes per stream of a service of its own, whose memory nothing else has grown before. */
async function measure(
  starting: Promise<Side>,
  createFor: (side: Side) => Promise<string[]>,
): Promise<number> {
  await using side = await starting;
  const tokens = await createFor(side);
  await waitIdle(side.pids);
  const before = readMemory(side.pids).rss;
  const clients: V3Client[] = [];
  for (const token of tokens) {
    const opened = Array.from({ length: WATCHERS_PER_TOKEN }, () => new V3Client(side.url));
    clients.push(...opened);
    const request = create(WatchCreateRequestSchema, membersOf(token));
    await Promise.all(opened.map((client) => new WatchStream(client, request).created()));
  }
  await waitIdle(side.pids);
  const { rss } = readMemory(side.pids);
  for (const client of clients) await client[Symbol.asyncDispose]();
  return (rss - before) / clients.length;
}
