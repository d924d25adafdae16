import { alternate } from './alternate.ts';
import type { Bench } from './bench.ts';
import { openConnection } from './http-client.ts';
import { createMember } from './member.ts';
import { createToken, type Side } from './servers.ts';
import { joinOverV2 } from './v2-join.ts';

const CLUSTERS_AT_ONCE = 32;
const MEMBERS = 3;

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

async function runMember(side: Side, path: string, number: number): Promise<void> {
  const connection = await openConnection(side.url);
  await joinOverV2(connection, path, createMember(side.url + path, number), MEMBERS);
  connection.close();
}
