import { startMembers } from '../test/support/etcd.ts';
import { createTempDir } from '../test/support/temp-dir.ts';
import { alternate } from './alternate.ts';
import type { Bench } from './bench.ts';
import { createToken, type Side } from './servers.ts';

const MEMBERS = ['n1', 'n2', 'n3'];
const POLLING_MS = 25;

/** How long three real etcd 3.4 take from their start until all of them are healthy. */
export const benchEtcdClusters: Bench = async ({ quick, muster, go }) => {
  const goSide = await go();
  // Without the Go server there is no etcd 3.4 either.
  if (goSide === undefined) return [];
  const musterSide = await muster();
  const figures = await alternate(quick ? 5 : 15, {
    muster: () => formCluster(musterSide),
    go: () => formCluster(goSide),
  });
  return [
    {
      bench: 'clusters',
      what: `3 real etcd healthy, +-${POLLING_MS} ms`,
      unit: 's',
      muster: figures.muster,
      other: { name: goSide.name, value: figures.go },
      target: { of: 'ratio', max: 1.1 },
    },
  ];
};

async function formCluster(side: Side): Promise<number> {
  await using dir = await createTempDir();
  const discoveryUrl = side.url + (await createToken(side, MEMBERS.length));
  const startedAt = performance.now();
  await using members = await startMembers(
    MEMBERS.map((name) => ({ version: '3.4', name, dataDir: `${dir.path}/${name}`, discoveryUrl })),
  );
  await members.waitHealthy();
  const seconds = (performance.now() - startedAt) / 1000;
  for (const member of members.all) {
    const { length } = await member.memberList();
    if (length !== MEMBERS.length) throw new Error(`${member.name} is in a cluster of ${length}`);
  }
  return seconds;
}
