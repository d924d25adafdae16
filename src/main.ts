import { randomBytes } from 'node:crypto';
import type { RunningServer } from './cli/command.ts';
import { runCli } from './cli/main.ts';
import { readPackageVersion } from './cli/package-version.ts';
import { type Clock, systemClock } from './clock/clock.ts';
import { LIMITS } from './limits.ts';
import { Registrants } from './registry/registrants.ts';
import { Registry } from './registry/registry.ts';
import { createPolicy } from './server/create-policy.ts';
import { createFloodGate } from './server/flood-gate.ts';
import { createIdentify } from './server/identify.ts';
import { openListener } from './server/listener.ts';
import { readAdminToken } from './server/load-settings.ts';
import { createLog, shortToken } from './server/log.ts';
import { createRateLimiter } from './server/rate-limiter.ts';
import { createRouter } from './server/router.ts';
import type { Settings } from './server/settings.ts';
import { createProxyTrust } from './server/source-address.ts';
import { openLmdbStore } from './store/lmdb/lmdb-store.ts';
import { createMemoryStore } from './store/memory/memory-store.ts';
import type { Store } from './store/store.ts';

/** Brings up the server that the settings describe. This is the one place that names concrete stores and clocks. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const log = createLog(settings.logLevel, settings.logFormat);
  const clock = systemClock;
  const adminToken =
    settings.adminTokenFile === undefined ? undefined : readAdminToken(settings.adminTokenFile);
  const store = await openStore(settings, clock);
  const registrants = new Registrants();
  const registry = new Registry({
    store,
    clock,
    createToken: () => randomBytes(16).toString('hex'),
    policy: { guard: settings.guard },
    registrants,
  });
  const stopping = new AbortController();
  const floodGate = createFloodGate(floodLimitsOf(settings, clock));
  const onFault = (err: unknown): void => log.error({ err }, 'a request met a fault of Muster');
  const serve = createRouter({
    identify: createIdentify({ trust: createProxyTrust(settings.trustProxy), adminToken }),
    v2: {
      registry,
      floodGate,
      stopping: stopping.signal,
      now: () => clock.now(),
      publicUrl: settings.publicUrl,
      tokenTtlSeconds: settings.tokenTtlSeconds,
      assertMayCreate: createPolicy(settings.create, adminToken !== undefined),
      onRegistration: (token, member, { kind, completed }) =>
        log.info({ token: shortToken(token), member, kind, completed }, 'a member registered'),
      onFault,
    },
    pages: { assertHealthy: () => registry.assertHealthy(), renderMetrics: undefined },
    onAnswer: () => {},
  });
  const listener = await openListener({
    ...settings.listen,
    isGuarded: settings.rateLimit,
    serve,
    onConnectionClosed: (connection) => registrants.forget(connection),
  }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  for (const notice of settings.notices) log.warn(notice);
  log.info({ url: listener.url, create: settings.create }, 'Muster is ready');
  return {
    url: listener.url,
    async stop() {
      log.info('Muster is stopping');
      stopping.abort();
      await listener.close(settings.shutdownTimeoutSeconds * 1000);
      await store.close();
      log.info('Muster has stopped');
    },
  };
}

async function openStore({ store }: Settings, clock: Clock): Promise<Store> {
  switch (store.kind) {
    case 'lmdb':
      return openLmdbStore({ folder: store.folder, clock });
    case 'memory':
      return createMemoryStore({ clock });
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
