import { alternate } from './alternate.ts';
import type { Bench } from './bench.ts';
import { type Answer, type HttpConnection, openConnection } from './http-client.ts';
import { createMember } from './member.ts';
import { createToken, type Side } from './servers.ts';

const CLUSTERS_AT_ONCE = 32;
const MEMBERS = 3;
/** As etcd >= 2.2 sends it. */
const QUERY = '?quorum=false&recursive=false&sorted=false';

/** Whole bootstraps: every request that three real members send, in their order, for many clusters at once. */
export const benchBootstraps: Bench = async ({ rounds, loadSeconds, muster, go }) => {
  const goSide = await go();
  const musterSide = await muster();
  const figures = await alternate(rounds, {
    muster: () => bootstrapMany(musterSide, loadSeconds),
    go: async () => (goSide === undefined ? Number.NaN : bootstrapMany(goSide, loadSeconds)),
  });
  return [
    {
      bench: 'bootstraps',
      what: `clusters of 3, ${CLUSTERS_AT_ONCE} at once`,
      unit: '/s',
      muster: figures.muster,
      other: goSide && { name: goSide.name, value: figures.go },
      target: undefined,
    },
  ];
};

async function bootstrapMany(side: Side, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const elapsedSeconds = (): number => (performance.now() - startedAt) / 1000;
  let clusters = 0;
  const work = async (): Promise<void> => {
    while (elapsedSeconds() < seconds) {
      await bootstrap(side);
      clusters++;
    }
  };
  await Promise.all(Array.from({ length: CLUSTERS_AT_ONCE }, work));
  return clusters / elapsedSeconds();
}

async function bootstrap(side: Side): Promise<void> {
  const path = await createToken(side, MEMBERS);
  await Promise.all(Array.from({ length: MEMBERS }, (_, number) => runMember(side, path, number)));
}

interface KeysDocument {
  readonly node: {
    readonly modifiedIndex: number;
    readonly createdIndex: number;
    readonly nodes?: readonly object[];
  };
}

/** What a member does until it knows all members (etcd-io/etcd@v3.4.23:etcdserver/api/v2discovery/discovery.go). */
async function runMember(side: Side, path: string, number: number): Promise<void> {
  const connection = await openConnection(side.url);
  const { id, form } = createMember(side.url + path, number);
  await readList(connection, path);
  const registered = parse(await connection.put(`${path}/${id}?prevExist=false`, form), 201);
  const own = `recursive=false&wait=true&waitIndex=${registered.node.createdIndex}`;
  parse(await connection.get(`${path}/${id}?${own}`), 200);
  const list = await readList(connection, path);
  let from = list.index + 1;
  for (let known = list.members; known < MEMBERS; known++) {
    const event = parse(await connection.get(`${path}?recursive=true&wait=true&waitIndex=${from}`), 200);
    from = event.node.modifiedIndex + 1;
  }
  connection.close();
}

/** Size, then list, as before and after a registration. */
async function readList(
  connection: HttpConnection,
  path: string,
): Promise<{ index: number; members: number }> {
  parse(await connection.get(`${path}/_config/size${QUERY}`), 200);
  const answer = await connection.get(path + QUERY);
  return { index: answer.index, members: parse(answer, 200).node.nodes?.length ?? 0 };
}

function parse({ status, body }: Answer, wanted: number): KeysDocument {
  if (status !== wanted) throw new Error(`${status} instead of ${wanted}: ${body}`);
  return JSON.parse(body) as KeysDocument;
}
