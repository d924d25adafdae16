import { PUT } from '../src/grpc/etcd-methods.ts';
import { alternate } from './alternate.ts';
import type { Bench, BenchContext } from './bench.ts';
import { createFreshLoad } from './fresh-load.ts';
import { createTokens, type Side } from './servers.ts';
import { runV3Load } from './v3-load.ts';
import { inventToken, memberPut } from './v3-requests.ts';

/** Larger than any cluster here gets, so that nothing is refused. */
const CLUSTER_SIZE = 100;

/** Registrations over gRPC, durable when they are answered, beside a bare etcd. */
export const benchV3Registrations: Bench = async (context) => {
  const muster = await context.muster();
  const etcd = await context.etcd();
  const musterLoad = createLoad(context, muster, async (count) =>
    (await createTokens(muster, CLUSTER_SIZE, count)).map((path) => path.slice(1)),
  );
  const etcdLoad =
    etcd && createLoad(context, etcd, async (count) => Array.from({ length: count }, inventToken));
  const figures = await alternate(context.rounds, {
    muster: musterLoad,
    etcd: async () => etcdLoad?.() ?? Number.NaN,
  });
  return [
    {
      bench: 'v3-registrations',
      what: 'Put of a new member',
      unit: '/s',
      muster: figures.muster,
      other: etcd && { name: etcd.name, value: figures.etcd },
      target: etcd && { of: 'ratio', min: 0.5 },
    },
  ];
};

function createLoad(
  context: BenchContext,
  { url }: Side,
  create: (count: number) => Promise<string[]>,
): () => Promise<number> {
  return createFreshLoad(context, create, (tokens, membersPerToken) => {
    // Every token in turn, then every token again.
    const requests = Array.from({ length: membersPerToken }, (_, index) =>
      tokens.map((token) => memberPut(token, index + 1)),
    ).flat();
    return runV3Load(context, url, PUT, requests);
  });
}
