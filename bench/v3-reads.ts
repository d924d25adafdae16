import { create } from '@bufbuild/protobuf';
import { openGrpcClient } from '../src/grpc/client.ts';
import { RANGE } from '../src/grpc/etcd-methods.ts';
import { type RangeRequest, RangeRequestSchema } from '../src/proto/rpc_pb.ts';
import { alternate } from './alternate.ts';
import type { Bench } from './bench.ts';
import { createToken, type Side } from './servers.ts';
import { runV3Load } from './v3-load.ts';
import { memberPut, membersOf, putAll, sizePut } from './v3-requests.ts';

const MEMBERS = [1, 2, 3];

/** Reads of the members of a token over gRPC, beside a bare etcd with the same keys. */
export const benchV3Reads: Bench = async (context) => {
  const muster = await context.muster();
  const etcd = await context.etcd();
  const token = (await createToken(muster, MEMBERS.length)).slice(1);
  const members = MEMBERS.map((number) => memberPut(token, number));
  const range = create(RangeRequestSchema, membersOf(token));
  await putAll(muster.url, members);
  await assertMembers(muster, range);
  if (etcd !== undefined) {
    await putAll(etcd.url, [sizePut(token, MEMBERS.length), ...members]);
    await assertMembers(etcd, range);
  }
  const load = async ({ url }: Side): Promise<number> =>
    (await runV3Load(context, url, RANGE, [range])).perSecond;
  const figures = await alternate(context.rounds, {
    muster: () => load(muster),
    etcd: async () => (etcd === undefined ? Number.NaN : load(etcd)),
  });
  return [
    {
      bench: 'v3-reads',
      what: 'Range of 3 members',
      unit: '/s',
      muster: figures.muster,
      other: etcd && { name: etcd.name, value: figures.etcd },
      target: etcd && { of: 'ratio', min: 0.5 },
    },
  ];
};

/** The load only sees that a message comes back, not what is in it. */
async function assertMembers({ name, url }: Side, range: RangeRequest): Promise<void> {
  const client = openGrpcClient(url);
  const { signal } = new AbortController();
  const answer = await client.unary(RANGE, range, { timeoutMs: 10_000, signal });
  client.close();
  if (answer.kvs.length === MEMBERS.length) return;
  throw new Error(`${name} lists ${answer.kvs.length} members`);
}
