import { create } from '@bufbuild/protobuf';
import { openGrpcClient } from '../src/grpc/client.ts';
import { PUT } from '../src/grpc/etcd-methods.ts';
import { WatchCreateRequestSchema } from '../src/proto/rpc_pb.ts';
import { V3Client } from '../test/support/v3-client.ts';
import { WatchStream } from '../test/v3/watch-stream.ts';
import { alternate, median } from './alternate.ts';
import type { Bench } from './bench.ts';
import type { Row } from './row.ts';
import { createToken, type Side } from './servers.ts';
import { inventToken, memberPut, membersOf } from './v3-requests.ts';

const CALL_TIMEOUT_MS = 10_000;

/** How long after a Put was sent the watches of its token, each on a connection of its own, have the event. */
export const benchV3Notification: Bench = async ({ quick, muster, etcd }) => {
  const rounds = quick ? 10 : 30;
  const rows: Row[] = [];
  const etcdSide = await etcd();
  const musterSide = await muster();
  for (const watchers of [2, 100]) {
    const figures = await alternate(rounds, {
      muster: async () => notify(musterSide, (await createToken(musterSide, 3)).slice(1), watchers),
      etcd: async () => (etcdSide === undefined ? Number.NaN : notify(etcdSide, inventToken(), watchers)),
    });
    rows.push({
      bench: 'v3-notification',
      what: `Put sent to told, ${watchers} watchers`,
      unit: 'ms',
      muster: figures.muster,
      other: etcdSide && { name: etcdSide.name, value: figures.etcd },
      target: undefined,
    });
  }
  return rows;
};

/** Answers the median over the watchers, in milliseconds. */
async function notify({ url }: Side, token: string, watchers: number): Promise<number> {
  const writer = openGrpcClient(url);
  const clients = Array.from({ length: watchers }, () => new V3Client(url));
  const { signal } = new AbortController();
  try {
    const request = create(WatchCreateRequestSchema, membersOf(token));
    const watches = clients.map((client) => new WatchStream(client, request));
    await Promise.all(watches.map((watch) => watch.created()));
    // The first registration opens the connection of the writer, and shows that every watch is in place.
    await writer.unary(PUT, memberPut(token, 1), { timeoutMs: CALL_TIMEOUT_MS, signal });
    const revisions = await Promise.all(watches.map(firstRevision));
    const told = watches.map(async (watch, index) => {
      await watch.reached((revisions[index] ?? 0n) + 1n);
      return performance.now();
    });
    const sentAt = performance.now();
    const put = writer.unary(PUT, memberPut(token, 2), { timeoutMs: CALL_TIMEOUT_MS, signal });
    const [, ...toldAt] = await Promise.all([put, ...told]);
    return median(toldAt.map((at) => at - sentAt));
  } finally {
    writer.close();
    for (const client of clients) await client[Symbol.asyncDispose]();
  }
}

/** The revision of the first event. */
async function firstRevision(watch: WatchStream): Promise<bigint> {
  await watch.reached(1n);
  return watch.events.at(-1)?.kv?.modRevision ?? 0n;
}
