import { Socket } from 'node:net';
import type { RunningServer } from './cli/command.ts';
import { runCli } from './cli/main.ts';
import { readPackageVersion } from './cli/package-version.ts';
import { type Clock, systemClock } from './clock/clock.ts';
import { LIMITS } from './limits.ts';
import { Registrants } from './registry/registrants.ts';
import { Registry } from './registry/registry.ts';
import { createPolicy, describeCreation } from './server/create-policy.ts';
import { createFloodGate } from './server/flood-gate.ts';
import { createIdentify } from './server/identify.ts';
import { type Listener, openListener } from './server/listener.ts';
import { readAdminToken } from './server/load-settings.ts';
import { createLog } from './server/log.ts';
import { createMetrics } from './server/metrics.ts';
import { createRateLimiter } from './server/rate-limiter.ts';
import { createRegistryObserver } from './server/registry-observer.ts';
import { createPagesRouter, createRouter, type PagesRouterOptions, type Serve } from './server/router.ts';
import type { HostPort } from './server/setting-values.ts';
import type { Settings } from './server/settings.ts';
import { createProxyTrust } from './server/source-address.ts';
import { createTokenSource } from './server/token-source.ts';
import { openLmdbStore } from './store/lmdb/lmdb-store.ts';
import { createMemoryStore } from './store/memory/memory-store.ts';
import type { Store, StoreObserver } from './store/store.ts';

/** Brings up the server that the settings describe. This is the one place that names concrete stores and clocks. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const log = createLog(settings.logLevel, settings.logFormat);
  const clock = systemClock;
  const adminToken =
    settings.adminTokenFile === undefined ? undefined : readAdminToken(settings.adminTokenFile);
  const metrics = createMetrics(readPackageVersion());
  const store = await openStore(settings, clock, metrics.storeObserver);
  const registrants = new Registrants(
    (connection) => connection instanceof Socket && connection.readableEnded,
  );
  const registry = new Registry({
    store,
    clock,
    createToken: createTokenSource(),
    policy: { guard: settings.guard },
    registrants,
    observer: createRegistryObserver(log, metrics),
  });
  const stopping = new AbortController();
  const floodGate = createFloodGate(floodLimitsOf(settings, clock));
  metrics.setSources({ watches: () => floodGate.watches, storeStats: () => store.stats() });
  const routing: PagesRouterOptions = {
    identify: createIdentify({ trust: createProxyTrust(settings.trustProxy), adminToken }),
    pages: {
      assertHealthy: () => registry.assertHealthy(),
      renderMetrics: settings.metrics.kind === 'main' ? () => metrics.render() : undefined,
    },
    cors: settings.cors,
    onAnswer: metrics.request,
    onFault: (err) => log.error({ err }, 'a request met a fault of Muster'),
  };
  const serve = createRouter({
    ...routing,
    v2: {
      registry,
      floodGate,
      stopping: stopping.signal,
      now: () => clock.now(),
      publicUrl: settings.publicUrl,
      tokenTtlSeconds: settings.tokenTtlSeconds,
      assertMayCreate: createPolicy(settings.create, adminToken !== undefined),
      onFault: routing.onFault,
    },
  });
  const listeners: Listener[] = [];
  const open = async (address: HostPort, serve: Serve): Promise<Listener> => {
    const onConnectionClosed = (connection: object): void => void registry.connectionClosed(connection);
    const listener = await openListener({
      ...address,
      isGuarded: settings.rateLimit,
      serve,
      onConnectionClosed,
    });
    listeners.push(listener);
    return listener;
  };
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(listeners.map((listener) => listener.close(settings.shutdownTimeoutSeconds * 1000)));
    await store.close();
  };
  try {
    const { url } = await open(settings.listen, serve);
    if (settings.metrics.kind === 'own') {
      const pages = { ...routing.pages, renderMetrics: () => metrics.render() };
      const own = await open(
        settings.metrics.address,
        createPagesRouter({ ...routing, pages }, ['metrics', 'health']),
      );
      log.info({ url: `${own.url}/metrics` }, 'metrics are served');
    }
    for (const notice of settings.notices) log.warn(notice);
    const shownUrl = settings.publicUrl ?? url;
    log.info({ url: shownUrl }, 'Muster is ready');
    const creation = describeCreation(settings.create, adminToken !== undefined, shownUrl);
    log.info({ create: settings.create }, creation);
    return {
      url,
      async stop() {
        log.info('Muster is stopping');
        await stop();
        log.info('Muster has stopped');
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openStore({ store }: Settings, clock: Clock, observer: StoreObserver): Promise<Store> {
  switch (store.kind) {
    case 'lmdb':
      return openLmdbStore({ folder: store.folder, clock, observer });
    case 'memory':
      return createMemoryStore({ clock, observer });
  }
}

function floodLimitsOf(settings: Settings, clock: Clock): Parameters<typeof createFloodGate>[0] {
  if (!settings.rateLimit) {
    return {
      takeNew: undefined,
      takeRead: undefined,
      watchesPerAddress: undefined,
      watchesPerToken: undefined,
    };
  }
  const news = createRateLimiter(settings.newPerMinute, clock);
  const reads = createRateLimiter(LIMITS.readsPerMinute, clock);
  return {
    takeNew: (address) => news.take(address),
    takeRead: (address) => reads.take(address),
    watchesPerAddress: settings.watchesPerAddress,
    watchesPerToken: settings.watchesPerToken,
  };
}

/** Runs the program with the arguments and the environment of this process. */
export async function main(): Promise<void> {
  // A reader that has seen enough, such as head, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    process,
    version: readPackageVersion(),
    startServer,
  });
}
