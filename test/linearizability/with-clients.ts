import { type Muster, startMuster } from '../support/muster.ts';
import type { Random } from '../support/seeded-random.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { V2Client } from '../support/v2-client.ts';

export const STORES: readonly ('memory' | 'lmdb')[] = ['memory', 'lmdb'];
export const CLIENTS = 64;

/** Runs `body` with a Muster of its own over that kind of store. */
export async function withMuster(
  store: 'memory' | 'lmdb',
  body: (muster: Muster) => Promise<void>,
): Promise<void> {
  await using dir = await createTempDir();
  const place = store === 'lmdb' ? `lmdb:${dir.path}` : 'memory:';
  await using muster = await startMuster({
    store: place,
    args: ['--rate-limit', 'off', '--log-level', 'warn'],
  });
  await body(muster);
}

/** Lets so many clients work at once, each on a connection and with a random source of its own. */
export async function withClients(
  url: string,
  random: Random,
  work: (client: V2Client, number: number, random: Random) => Promise<void>,
): Promise<void> {
  const run = async (number: number, own: Random): Promise<void> => {
    using client = new V2Client(url);
    await work(client, number, own);
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => run(number, random.fork())));
}
