import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../errors.ts';
import { describeForeign } from '../registry/foreign.ts';
import type { Lifecycle } from '../registry/registry-state.ts';
import type { WriteOutcome } from '../registry/shown-entry.ts';
import type { StoreObserver, StoreStats } from '../store/store.ts';
import { type CountCall, createCallMetrics } from './call-metrics.ts';
import { createRequestMetrics } from './request-metrics.ts';
import type { RouteName } from './router.ts';

/** The wire forms in which members register. */
export type DialectName = 'v2' | 'v3' | 'api';
/** What became of a registration: what was written, or why nothing was. */
export type RegistrationOutcome = WriteOutcome['kind'] | ErrorCode;
/** What may happen to a token once. */
export type TokenTransition = 'created' | Exclude<Lifecycle, 'open'>;

/** Figures that are asked for at each scrape. */
export interface MetricSources {
  /** Requests that wait for a change now. */
  readonly watches: () => number;
  readonly storeStats: () => StoreStats | Promise<StoreStats>;
}

/** Metrics in the text form of Prometheus. */
export interface RenderedMetrics {
  readonly contentType: string;
  readonly body: string;
}

/** What Muster counts. Every label is out of a closed list: nothing that a client sent gets into one. */
export interface Metrics {
  /** Counts an answer. The time of a watch says how long its client waited, so it is not kept. */
  request(route: RouteName, status: number, seconds: number): void;
  /** Counts a gRPC call. */
  readonly call: CountCall;
  registration(dialect: DialectName, outcome: RegistrationOutcome): void;
  tokenTransition(state: TokenTransition): void;
  /** For the store to report its batches to. */
  readonly storeObserver: Required<StoreObserver>;
  /** Says where the figures of each scrape come from; before that they are left out. */
  setSources(sources: MetricSources): void;
  /** Never rejects for want of a figure: what cannot be read is left out. */
  render(): Promise<RenderedMetrics>;
}

const FLUSH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const BATCH_COMMITS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Counters of what happens to registries. */
function createRegistryMetrics(registry: Registry): Pick<Metrics, 'registration' | 'tokenTransition'> {
  const registrations = new Counter({
    name: 'muster_registrations_total',
    help: 'Registrations of members, by dialect and by what became of them.',
    labelNames: ['dialect', 'outcome'],
    registers: [registry],
  });
  const transitions = new Counter({
    name: 'muster_token_transitions_total',
    help: 'Tokens that were created, became complete, expired or were revoked.',
    labelNames: ['state'],
    registers: [registry],
  });
  return {
    registration: (dialect, outcome) => registrations.inc({ dialect, outcome }),
    tokenTransition: (state) => transitions.inc({ state }),
  };
}

function createStoreObserver(registry: Registry): Required<Omit<StoreObserver, 'tokenEnded'>> {
  const foreignWrites = new Counter({
    name: 'muster_foreign_writes_total',
    help: 'Writes to the keys of tokens in the etcd store that no Muster made, by what they did.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const batchCommits = new Histogram({
    name: 'muster_store_batch_commits',
    help: 'Commits that became durable together.',
    buckets: BATCH_COMMITS,
    registers: [registry],
  });
  const flushSeconds = new Histogram({
    name: 'muster_store_flush_seconds',
    help: 'Time until a batch of commits was durable.',
    buckets: FLUSH_SECONDS,
    registers: [registry],
  });
  const failures = new Counter({
    name: 'muster_store_failures_total',
    help: 'Batches that could not be made durable; their writes were refused.',
    registers: [registry],
  });
  return {
    batchFlushed(commits, seconds) {
      batchCommits.observe(commits);
      flushSeconds.observe(seconds);
    },
    batchFailed: () => failures.inc(),
    foreignCommit(_token, commit) {
      for (const { kind } of describeForeign(commit)) foreignWrites.inc({ kind });
    },
  };
}

/** Gauges that are read at each scrape. The answer reads them once. */
function createGauges(registry: Registry): (sources: MetricSources) => Promise<void> {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers: [registry] });
  const watches = gauge('muster_watches', 'Requests that wait for a change.');
  const size = gauge('muster_store_size_bytes', 'Bytes that the store takes, on disk where it has one.');
  const keys = gauge('muster_store_keys', 'Keys in the store.');
  const revision = gauge('muster_store_revision', 'Revision of the newest durable commit.');
  const tokens = gauge('muster_tokens', 'Tokens that are not over.');
  const clear = (): void => {
    for (const each of [watches, size, keys, tokens, revision]) each.remove();
  };
  clear();
  return async (sources) => {
    // A store that is closing or gone must not take the other figures with it, nor leave its last ones behind.
    const stats = await Promise.resolve()
      .then(sources.storeStats)
      .catch(() => undefined);
    clear();
    watches.set(sources.watches());
    if (stats === undefined) return;
    size.set(stats.sizeBytes);
    keys.set(stats.keys);
    tokens.set(stats.tokens);
    revision.set(stats.revision);
  };
}

/** Creates the metrics of one server, with those of its process. Nothing is shared with another one. */
export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  new Gauge({
    name: 'muster_build_info',
    help: 'The version of this Muster; always 1.',
    labelNames: ['version'],
    registers: [registry],
  }).set({ version }, 1);
  collectDefaultMetrics({ register: registry });
  const readGauges = createGauges(registry);
  const registryMetrics = createRegistryMetrics(registry);
  let sources: MetricSources | undefined;
  return {
    request: createRequestMetrics(registry),
    call: createCallMetrics(registry),
    ...registryMetrics,
    storeObserver: {
      ...createStoreObserver(registry),
      tokenEnded: (expired) => registryMetrics.tokenTransition(expired ? 'expired' : 'revoked'),
    },
    setSources(given) {
      sources = given;
    },
    async render() {
      if (sources !== undefined) await readGauges(sources);
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}
