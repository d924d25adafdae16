import { alternate } from './alternate.ts';
import type { Bench, BenchContext } from './bench.ts';
import type { Row } from './row.ts';
import { createToken, registerMember, type Side, startBare } from './servers.ts';
import { runWrk } from './wrk.ts';

const CONNECTIONS = 64;
/** As etcd >= 2.2 sends it. */
const QUERY = '?quorum=false&recursive=false&sorted=false';

/** Reads of a registry with three members, and of a size, by 64 connections. */
export const benchReads: Bench = async (context) => {
  const muster = await context.muster();
  const go = await context.go();
  const paths = { muster: await fillToken(muster), go: go && (await fillToken(go)) };
  const rows: Row[] = [];
  for (const [what, leaf] of [
    ['GET /T, 3 members', ''],
    ['GET /T/_config/size', '/_config/size'],
  ] as const) {
    const musterUrl = `${muster.url}${paths.muster}${leaf}${QUERY}`;
    const goUrl = go && `${go.url}${paths.go}${leaf}${QUERY}`;
    rows.push(...(await compare(context, what, musterUrl, goUrl)));
  }
  return rows;
};

async function fillToken(side: Side): Promise<string> {
  const path = await createToken(side, 3);
  for (const number of [1, 2, 3]) await registerMember(side, path, number);
  return path;
}

async function compare(
  { rounds, loadSeconds }: BenchContext,
  what: string,
  musterUrl: string,
  goUrl: string | undefined,
): Promise<Row[]> {
  await using bare = await startBare(musterUrl);
  const load = async (url: string): Promise<number> =>
    (await runWrk({ url, seconds: loadSeconds, connections: CONNECTIONS })).perSecond;
  const figures = await alternate(rounds, {
    muster: () => load(musterUrl),
    go: async () => (goUrl === undefined ? Number.NaN : load(goUrl)),
    bare: () => load(bare.url),
  });
  const row = { bench: 'reads', what, unit: '/s', muster: figures.muster };
  return [
    ...(goUrl === undefined
      ? []
      : [
          {
            ...row,
            other: { name: 'Go server', value: figures.go },
            target: { of: 'ratio', min: 5 },
          } as const,
        ]),
    { ...row, other: { name: bare.name, value: figures.bare }, target: { of: 'ratio', min: 0.8 } } as const,
  ];
}
