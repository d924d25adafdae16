import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readCpuSeconds, readMemory, readPeakRss, waitIdle } from '../process-figures.ts';
import { type HerdFigures, type HerdPlan, runHerd } from './herd.ts';
import type { StoreKind } from './options.ts';
import { readMetric, startSite } from './site.ts';

/** What some processes took while a herd went through. */
export interface ProcessFigures {
  readonly processes: number;
  readonly cpuSeconds: number;
  readonly rssBefore: number;
  readonly rssPeak: number;
}

export interface SimulatedHerd extends HerdFigures {
  readonly store: StoreKind;
  readonly muster: ProcessFigures;
  /** The etcd cluster; undefined where the store is inside of Muster. */
  readonly etcd: ProcessFigures | undefined;
  /** Revisions of the store that a cluster took; over etcd, commits that come together share one. */
  readonly revisionsPerCluster: number;
  /** An embedded store keeps room ahead, so that only a large herd says something. */
  readonly storeGrowthBytes: number;
  /** How busy the simulation itself was: what it is late by is in all the times. */
  readonly simulator: { readonly cpuSeconds: number; readonly lateP99Ms: number };
}

const REVISION = 'muster_store_revision';

/** Starts a service, lets the herd loose on it, and measures both. */
export async function simulateHerd(
  plan: HerdPlan & { readonly store: StoreKind; readonly replicas: number },
  dir: string,
): Promise<SimulatedHerd> {
  await using site = await startSite(plan.store, dir, plan.replicas);
  const { musterPids, storePids, urls } = site;
  const musterEnd = watchProcesses(musterPids);
  const etcdEnd = storePids.length === 0 ? undefined : watchProcesses(storePids);
  const before = { revision: await readMetric(urls[0], REVISION), bytes: await site.storeBytes() };
  const ownCpu = process.cpuUsage();
  const late = monitorEventLoopDelay({ resolution: 1 });
  late.enable();
  const figures = await runHerd(plan, site);
  late.disable();
  const { user, system } = process.cpuUsage(ownCpu);
  const muster = musterEnd();
  const etcd = etcdEnd?.();
  // That the last members have received their answers is committed behind them.
  await waitIdle([...musterPids, ...storePids]);
  return {
    ...figures,
    store: plan.store,
    muster,
    etcd,
    revisionsPerCluster: ((await readMetric(urls[0], REVISION)) - before.revision) / figures.clusters,
    storeGrowthBytes: (await site.storeBytes()) - before.bytes,
    simulator: { cpuSeconds: (user + system) / 1e6, lateP99Ms: late.percentile(99) / 1e6 },
  };
}

/** Measures from now on until what it answers is called. */
function watchProcesses(pids: readonly number[]): () => ProcessFigures {
  const cpuBefore = readCpuSeconds(pids);
  const rssBefore = readMemory(pids).rss;
  return () => ({
    processes: pids.length,
    cpuSeconds: readCpuSeconds(pids) - cpuBefore,
    rssBefore,
    rssPeak: readPeakRss(pids),
  });
}
