import { startEtcdCluster } from '../support/etcd-cluster.ts';
import { type Muster, startMuster } from '../support/muster.ts';
import { missingPeers } from '../support/peers.ts';
import type { Random } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { V2Client } from '../support/v2-client.ts';

/** A place to run at: one Muster over a store of its own, or several over one etcd cluster. */
export type Place = 'memory' | 'lmdb' | 'etcd';

export const PLACES: readonly Place[] = ['memory', 'lmdb', 'etcd'];
export const CLIENTS = 64;
const REPLICAS = 3;

/** What a test of a place is skipped for. */
export function skipOf(place: Place): string | false {
  return place === 'etcd' && missingPeers('etcd-3.6');
}

/** Runs `body` with the URLs of the Musters of a place of its own. */
export async function withMuster(
  place: Place,
  body: (urls: readonly string[]) => Promise<void>,
): Promise<void> {
  await using dir = await createTempDir();
  const args = ['--rate-limit', 'off', '--log-level', 'warn'];
  if (place !== 'etcd') {
    const store = place === 'lmdb' ? `lmdb:${dir.path}` : 'memory:';
    await using muster = await startMuster({ store, args });
    await body([muster.url]);
    return;
  }
  await using cluster = await startEtcdCluster('3.6', dir.path);
  const replicas: Muster[] = [];
  try {
    for (let number = 0; number < REPLICAS; number++) {
      replicas.push(await startMuster({ store: `etcd:${cluster.endpoints.join(',')}`, args }));
    }
    await body(replicas.map(({ url }) => url));
  } finally {
    await Promise.all(replicas.map((replica) => replica[Symbol.asyncDispose]()));
  }
}

/** Lets so many clients work at once, spread over the Musters, each on a connection and with a random source of its own. */
export async function withClients(
  urls: readonly string[],
  random: Random,
  work: (client: V2Client, number: number, random: Random) => Promise<void>,
): Promise<void> {
  const run = async (number: number, own: Random): Promise<void> => {
    using client = new V2Client(urls[number % urls.length] ?? '');
    await work(client, number, own);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => run(number, random.fork())));
}
