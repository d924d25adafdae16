import { startEtcdCluster } from '../../test/support/etcd-cluster.ts';
import { type Side, startMusterOver } from '../servers.ts';
import type { StoreKind } from './options.ts';

/** The service that is simulated against, as a public one would be run. */
export interface Site extends AsyncDisposable {
  /** What each Muster listens on. */
  readonly urls: readonly string[];
  /** The name that machines know the service by, whichever Muster they reach. */
  readonly publicUrl: string;
  readonly musterPids: readonly number[];
  /** The processes of the store; none for one inside of Muster. */
  readonly storePids: readonly number[];
  /** What the store takes on a disk now; of an etcd cluster, on the disk of one member. */
  storeBytes(): Promise<number>;
}

const PUBLIC_URL = 'http://discovery.example:8087';

/**
 * Starts the service with its default settings, limits against floods included: every machine of the simulation has
 * an address of its own.
 */
export async function startSite(kind: StoreKind, dir: string, replicas: number): Promise<Site> {
  const started: AsyncDisposable[] = [];
  const dispose = async (): Promise<void> => {
    for (const one of started.reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    let store = `lmdb:${dir}/lmdb`;
    let storePids: number[] = [];
    let etcdUrl: string | undefined;
    if (kind === 'etcd') {
      const cluster = await startEtcdCluster('3.6', `${dir}/etcd`, {
        extraArgs: ['--log-outputs', '/dev/null'],
      });
      started.push(cluster);
      store = `etcd:${cluster.endpoints.join(',')}`;
      etcdUrl = cluster.endpoints[0];
      storePids = cluster.all.map(({ program }) => program.pid);
    }
    const sides: Side[] = [];
    for (let replica = 0; replica < replicas; replica++) {
      // Loopback is open to all by default; so is a public service.
      const side = await startMusterOver(store, ['--public-url', PUBLIC_URL, '--create', 'open']);
      started.push(side);
      sides.push(side);
    }
    return {
      urls: sides.map(({ url }) => url),
      publicUrl: PUBLIC_URL,
      musterPids: sides.flatMap(({ pids }) => pids),
      storePids,
      storeBytes: () =>
        etcdUrl === undefined ? readMetric(sides[0]?.url, 'muster_store_size_bytes') : readEtcdBytes(etcdUrl),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** One metric without labels, as a replica tells it. */
export async function readMetric(url: string | undefined, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} ([\\d.e+]+)$`, 'm').exec(text)?.[1]);
}

async function readEtcdBytes(url: string): Promise<number> {
  const response = await fetch(`${url}/v3/maintenance/status`, { method: 'POST', body: '{}' });
  return Number(((await response.json()) as { dbSize: string }).dbSize);
}
