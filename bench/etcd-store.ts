import { randomBytes } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { systemClock } from '../src/clock/clock.ts';
import { openGrpcClient } from '../src/grpc/client.ts';
import { PUT, TXN } from '../src/grpc/etcd-methods.ts';
import { PutRequestSchema, type TxnRequest, TxnRequestSchema } from '../src/proto/rpc_pb.ts';
import { applyOperations } from '../src/store/apply-operations.ts';
import { EtcdClient } from '../src/store/etcd/etcd-client.ts';
import { Layout } from '../src/store/etcd/layout.ts';
import { roundExpiry } from '../src/store/etcd/lease-ids.ts';
import { Leases } from '../src/store/etcd/leases.ts';
import { buildTransaction } from '../src/store/etcd/transaction.ts';
import type { Operation } from '../src/store/store.ts';
import { type EtcdCluster, startEtcdCluster } from '../test/support/etcd-cluster.ts';
import { alternate, median } from './alternate.ts';
import type { Bench, BenchContext } from './bench.ts';
import { openConnection } from './http-client.ts';
import { createMember } from './member.ts';
import { createLoad } from './registrations.ts';
import type { Row } from './row.ts';
import { createToken, createTokens, HAS_GO, type Side, startGoOnEtcd, startMusterOnEtcd } from './servers.ts';
import { runV3Load } from './v3-load.ts';

const CLUSTER_SIZE = 100;
const WEEK_MS = 604_800_000;
/** As many registrations in flight as the 64 clients of the other sides have. */
const GROUPS = { connections: 4, tokens: 16 } as const;
const MORE_THAN_ANY_PER_SECOND = 40_000;

/** Registrations through Muster, beside what the etcd cluster behind it does by itself, and the Go server on the same. */
export const benchEtcdStore: Bench = async (context) => {
  if (!HAS_GO) return [];
  await using cluster = await startEtcdCluster('3.4', `${context.dir.path}/etcd-store`, {
    extraArgs: ['--enable-v2=true', '--log-level', 'error'],
  });
  const [endpoint = ''] = cluster.endpoints;
  await using muster = await startMusterOnEtcd(cluster.endpoints);
  await using go = await startGoOnEtcd(endpoint);
  const expiresAt = roundExpiry(systemClock.now() + WEEK_MS, systemClock.now());
  const client = new EtcdClient({ endpoints: [endpoint], tls: {}, user: undefined });
  await new Leases(client, systemClock).ensure([expiresAt], { deadline: performance.now() + 5000 });
  client.close();
  const loadOf = (side: Side): (() => Promise<number>) =>
    createLoad(context, side.url, (count) => createTokens(side, CLUSTER_SIZE, count));
  const [musterLoad, goLoad] = [loadOf(muster), loadOf(go)];
  const figures = await alternate(context.rounds, {
    muster: musterLoad,
    go: goLoad,
    single: () => loadTransactions(context, endpoint, expiresAt, 1, 64),
    grouped: () => loadTransactions(context, endpoint, expiresAt, GROUPS.tokens, GROUPS.connections),
  });
  const row = { bench: 'etcd-store', what: 'PUT of a new member', unit: '/s', muster: figures.muster };
  return [
    {
      ...row,
      other: { name: 'its etcd, 64 clients', value: figures.single },
      target: { of: 'ratio', min: 0.6 },
    },
    { ...row, other: { name: 'its etcd, 4 x 16 grouped', value: figures.grouped }, target: undefined },
    { ...row, other: { name: 'Go server on it', value: figures.go }, target: { of: 'ratio', min: 2 } },
    ...(await measureFailover(context, cluster, muster)),
  ] satisfies Row[];
};

/** Sends the very transactions that Muster sends. Answers registrations per second. */
async function loadTransactions(
  context: BenchContext,
  url: string,
  expiresAt: number,
  tokens: number,
  connections: number,
): Promise<number> {
  const count = Math.ceil((MORE_THAN_ANY_PER_SECOND * context.loadSeconds) / tokens);
  const requests = Array.from({ length: count }, () => {
    const parts = Array.from({ length: tokens }, () => registrationOf(expiresAt));
    const [only] = parts;
    if (parts.length === 1 && only !== undefined) return only;
    const success = parts.map((value) => ({ request: { case: 'requestTxn' as const, value } }));
    return create(TxnRequestSchema, { success });
  });
  const { perSecond } = await runV3Load(context, url, TXN, requests, connections);
  return perSecond * tokens;
}

const layout = new Layout('');

function registrationOf(expiresAt: number): TxnRequest {
  const token = randomBytes(16).toString('hex');
  const { id, value } = createMember(token, 1);
  const note = JSON.stringify({
    at: expiresAt,
    from: '127.0.0.1',
    dialect: 'v2',
    action: 'create',
    text: value,
  });
  const operations: Operation[] = [
    { type: 'put', key: `members/${id}`, value: Buffer.from(value), expiresAt },
    { type: 'put', key: `_config/notes/members/${id}`, value: Buffer.from(note), expiresAt },
  ];
  const state = { entries: [], commitRevision: 0, asOf: 0 };
  const applied = applyOperations([], operations, 1, false);
  const change = { token, state, id: token, operations, applied, expired: false, now: expiresAt - WEEK_MS };
  return buildTransaction(layout, state, token, change).request;
}

const FAILOVERS = 5;
const ATTEMPT_MS = 400;

/** How long nobody can write when the leader is killed: through Muster, and at the members that are left. */
async function measureFailover({ quick }: BenchContext, cluster: EtcdCluster, muster: Side): Promise<Row[]> {
  const gaps: { muster: number[]; etcd: number[] } = { muster: [], etcd: [] };
  for (let round = 0; round < (quick ? 2 : FAILOVERS); round++) {
    const leader = await cluster.leader();
    const others = cluster.all.filter((member) => member !== leader).map(({ clientUrl }) => clientUrl);
    const path = await createToken(muster, CLUSTER_SIZE);
    // A registration before, so that each connection is there.
    let number = 1;
    const register = async (): Promise<boolean> => {
      const connection = await openConnection(muster.url);
      const { id, form } = createMember(muster.url + path, number++);
      const { status } = await connection.put(`${path}/${id}?prevExist=false`, form);
      connection.close();
      return status === 201;
    };
    if (!(await register())) throw new Error('the registration before the failover was refused');
    leader.program.kill('SIGKILL');
    await leader.program.exited;
    const killedAt = performance.now();
    const untilDone = async (attempt: () => Promise<boolean>): Promise<number> => {
      while (!(await attempt().catch(() => false)));
      return performance.now() - killedAt;
    };
    const [mine, theirs] = await Promise.all([
      untilDone(register),
      Promise.race(others.map((url) => untilDone(() => putInto(url)))),
    ]);
    gaps.muster.push(mine);
    gaps.etcd.push(theirs);
    await leader.start();
    await leader.waitHealthy();
  }
  const [mine, theirs] = [median(gaps.muster), median(gaps.etcd)];
  return [
    {
      bench: 'etcd-store',
      what: 'leader killed: until a write is done',
      unit: 'ms',
      muster: mine,
      other: { name: 'the members left', value: theirs },
      target: { of: 'value', max: Math.round(theirs) + 1000 },
    },
  ];
}

async function putInto(url: string): Promise<boolean> {
  const client = openGrpcClient(url);
  try {
    const request = create(PutRequestSchema, { key: Buffer.from('bench'), value: Buffer.from('') });
    await client.unary(PUT, request, { timeoutMs: ATTEMPT_MS });
    return true;
  } finally {
    client.close();
  }
}
