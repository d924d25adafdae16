import { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { MovePurpose, RunningServer } from './cli/command.ts';
import { readPackageVersion } from './cli/package-version.ts';
import { type Clock, systemClock } from './clock/clock.ts';
import type { ApiOptions } from './dialect/api/handler.ts';
import { Heartbeat } from './dialect/api/heartbeat.ts';
import type { V2Options } from './dialect/v2/handler.ts';
import { formatError } from './dialect/v3/errors.ts';
import { createV3Methods } from './dialect/v3/handler.ts';
import { isMusterError, MusterError } from './errors.ts';
import { refuseStream } from './grpc/refuse-stream.ts';
import { createGrpcServer, type GrpcServerOptions } from './grpc/server.ts';
import { LIMITS } from './limits.ts';
import { Registrants } from './registry/registrants.ts';
import { Registry } from './registry/registry.ts';
import { createPolicy, describeCreation } from './server/create-policy.ts';
import { readEtcdCredentials } from './server/etcd-access.ts';
import { createFloodGate } from './server/flood-gate.ts';
import type { ServerTls } from './server/http-server.ts';
import type { ServeStream } from './server/http2-sessions.ts';
import { createIdentify } from './server/identify.ts';
import { normalizeAddress } from './server/ip-address.ts';
import { type Listener, openListener } from './server/listener.ts';
import { readAdminToken } from './server/load-settings.ts';
import { createLog, type Log } from './server/log.ts';
import { createMemoryReturn } from './server/memory-return.ts';
import { createMetrics, type Metrics } from './server/metrics.ts';
import { createRateLimiter } from './server/rate-limiter.ts';
import { createRegistryObserver, createStoreObserver } from './server/registry-observer.ts';
import { createPagesRouter, createRouter, type PagesRouterOptions, type Serve } from './server/router.ts';
import type { HostPort } from './server/setting-values.ts';
import type { Settings } from './server/settings.ts';
import { createProxyTrust } from './server/source-address.ts';
import { withHealth } from './server/stream-health.ts';
import { readTlsFiles, reloadTls, type TlsFiles, tlsFilesOf } from './server/tls.ts';
import { createSecret, createTokenSource } from './server/token-source.ts';
import { readTokenView } from './server/token-view.ts';
import { readUsers, type Users } from './server/users.ts';
import { type EtcdStoreOptions, openEtcdStore } from './store/etcd/etcd-store.ts';
import { backUpLmdbStore, restoreLmdbStore } from './store/lmdb/backup.ts';
import { openLmdbStore } from './store/lmdb/lmdb-store.ts';
import { createMemoryStore } from './store/memory/memory-store.ts';
import type { Store, StoreObserver, StoreStats } from './store/store.ts';
import { filesOf, loadAssets } from './web/assets.ts';
import { loadFindingsPage } from './web/findings-page.ts';
import type { WebOptions } from './web/handler.ts';
import { describeTranspilePage } from './web/transpile-page.ts';

/** What a server is made of. */
interface Parts {
  readonly settings: Settings;
  readonly log: Log;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly store: Store;
  readonly registry: Registry;
  readonly adminToken: string | undefined;
  readonly users: Users | undefined;
  /** Undefined: plain HTTP. */
  readonly tls: { readonly files: TlsFiles; readonly secureContext: SecureContextOptions } | undefined;
  /** Aborts when the server stops. */
  readonly stopping: AbortController;
}

/** Brings up the server that the settings describe. This is the one place that names concrete stores and clocks. */
export async function startServer(settings: Settings): Promise<RunningServer> {
  const parts = await assemble(settings);
  const { log, store, stopping } = parts;
  const listeners: Listener[] = [];
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(listeners.map((listener) => listener.close(settings.shutdownTimeoutSeconds * 1000)));
    await store.close();
  };
  try {
    await openListeners(parts, listeners);
  } catch (error) {
    await stop();
    throw error;
  }
  const url = listeners[0]?.url ?? '';
  announce(parts, settings.publicUrl ?? url);
  return {
    url,
    async stop() {
      log.info('Muster is stopping');
      await stop();
      log.info('Muster has stopped');
    },
  };
}

async function assemble(settings: Settings): Promise<Parts> {
  const log = createLog(settings.logLevel, settings.logFormat);
  const clock = systemClock;
  const { adminTokenFile } = settings;
  const adminToken = adminTokenFile === undefined ? undefined : readAdminToken(adminTokenFile);
  const { usersFile } = settings;
  const users = usersFile === undefined ? undefined : readUsers(usersFile, () => clock.now());
  const tlsFiles = tlsFilesOf(settings);
  // Whatever is wrong with the files is told before a store is opened.
  const tls = tlsFiles && { files: tlsFiles, secureContext: readTlsFiles(tlsFiles) };
  const metrics = createMetrics(readPackageVersion());
  const store = await openStore(settings, log, clock, createStoreObserver(log, metrics));
  const registry = new Registry({
    store,
    clock,
    createToken: createTokenSource(),
    policy: { guard: settings.guard, notesText: settings.store.kind === 'etcd' },
    registrants: new Registrants(
      (connection) => connection instanceof Socket && (connection.readableEnded || connection.destroyed),
    ),
    observer: createRegistryObserver(log, metrics),
  });
  const stopping = new AbortController();
  return { settings, log, clock, metrics, store, registry, adminToken, users, tls, stopping };
}

/** Opens the port of the service, and that of the metrics where they have one of their own. */
async function openListeners(parts: Parts, listeners: Listener[]): Promise<void> {
  const { settings, registry, log, metrics, tls } = parts;
  const trust = createProxyTrust(settings.trustProxy);
  const open = async ({ host, port }: HostPort, serve: Serve, serveStream: ServeStream): Promise<string> => {
    const listener = await openListener({
      host,
      port,
      // A trusted proxy brings the connections of many.
      isGuarded: (address) => settings.rateLimit && !trust.trusts(normalizeAddress(address)),
      serve,
      serveStream,
      tls: tls && describeTls(tls),
      onConnectionClosed: (connection) => void registry.connectionClosed(connection),
    });
    listeners.push(listener);
    return listener.url;
  };
  const routing = describeRouting(parts);
  const v2 = describeV2(parts, routing);
  const { serveStream } = createGrpcServer(describeGrpc(parts, routing, v2));
  const api = describeApi(parts, v2);
  const web = describeWeb(parts, routing, v2);
  await open(settings.listen, createRouter({ ...routing, v2, api, web }), withHealth(serveStream, routing));
  if (tls !== undefined) followTls(parts, tls, listeners);
  if (settings.metrics.kind !== 'own') return;
  const pages = { ...routing.pages, renderMetrics: () => metrics.render() };
  const serveOwn = createPagesRouter({ ...routing, pages }, ['metrics', 'health', 'live']);
  const refuse: ServeStream = (stream) =>
    refuseStream(stream, 404, 'but for /health and /livez there is nothing here over HTTP/2: use HTTP/1.1');
  const ownUrl = await open(settings.metrics.address, serveOwn, withHealth(refuse, routing));
  log.info({ url: `${ownUrl}/metrics` }, 'metrics are served');
}

function describeTls({
  files: { clientCa, isClientRequired },
  secureContext,
}: NonNullable<Parts['tls']>): ServerTls {
  return { secureContext, asksClient: clientCa !== undefined, requiresClient: isClientRequired };
}

/** New connections get a new certificate; those that are open go on with theirs. */
function followTls(
  { log, stopping }: Parts,
  { files, secureContext }: NonNullable<Parts['tls']>,
  listeners: readonly Listener[],
): void {
  const stop = reloadTls(
    {
      files,
      use: (context) => {
        for (const listener of listeners) listener.useTls(context);
      },
      onReloaded: () => log.info('new TLS files are in use'),
      onProblem: (err) =>
        log.warn({ err }, 'the changed TLS files cannot be used; those from before still are'),
      intervalMs: LIMITS.tlsReloadMs,
    },
    secureContext,
  );
  stopping.signal.addEventListener('abort', stop, { once: true });
}

function describeRouting({
  settings,
  registry,
  metrics,
  log,
  adminToken,
  users,
  tls,
}: Parts): PagesRouterOptions {
  return {
    identify: createIdentify({
      trust: createProxyTrust(settings.trustProxy),
      adminToken,
      isCertificateDemanded: tls?.files.clientCa !== undefined,
      users,
    }),
    pages: {
      assertHealthy: () => registry.assertHealthy(),
      renderMetrics: settings.metrics.kind === 'main' ? () => metrics.render() : undefined,
    },
    cors: settings.cors,
    onAnswer: metrics.request,
    onFault: (err) => log.error({ err }, 'a request met a fault of Muster'),
  };
}

function describeV2(parts: Parts, { onFault }: PagesRouterOptions): V2Options {
  const { settings, clock, registry, metrics, store, adminToken, stopping } = parts;
  const memoryReturn = createMemoryReturn(clock);
  const onWatches = (watches: number): void => memoryReturn.note(watches);
  const floodGate = createFloodGate({ ...floodLimitsOf(settings, clock), onWatches });
  metrics.setSources({ watches: () => floodGate.watches, storeStats: () => store.stats() });
  return {
    registry,
    floodGate,
    stopping: stopping.signal,
    now: () => clock.now(),
    publicUrl: settings.publicUrl,
    tokenTtlSeconds: settings.tokenTtlSeconds,
    assertMayCreate: createPolicy(settings.create, adminToken !== undefined),
    onFault,
  };
}

/** The API makes tokens as `/new` does, by the same limits. */
function describeApi({ clock }: Parts, v2: V2Options): ApiOptions {
  return { ...v2, createSecret, heartbeat: new Heartbeat(clock), version: readPackageVersion() };
}

/** Tokens are made by the rules of `/new`, and shown as both dialects show them. */
function describeWeb(
  { registry, adminToken }: Parts,
  { identify, onFault }: PagesRouterOptions,
  { floodGate, publicUrl, tokenTtlSeconds, assertMayCreate, now }: V2Options,
): WebOptions {
  const assets = loadAssets();
  return {
    registry,
    floodGate,
    publicUrl,
    tokenTtlSeconds,
    assertMayCreate,
    now,
    identifyWith: ({ req }, token) =>
      identify(req.socket, { ...req.headers, authorization: `Bearer ${token}` }),
    hasAdminToken: adminToken !== undefined,
    readToken: (token) => readTokenView(registry, token, now()),
    assets,
    files: filesOf(assets),
    findingsPage: loadFindingsPage(),
    transpilePage: describeTranspilePage(assets),
    onFault,
  };
}

/** Watches of both dialects count together. */
function describeGrpc(
  { settings, registry, store, stopping, metrics, users }: Parts,
  { identify, onFault }: PagesRouterOptions,
  { floodGate }: V2Options,
): GrpcServerOptions {
  const methods = createV3Methods({
    registry,
    floodGate,
    identify,
    publicUrl: settings.publicUrl,
    stopping: stopping.signal,
    version: readPackageVersion(),
    storeStats: () => store.stats(),
    onFault,
    users,
  });
  return {
    methods,
    formatError: (error) => {
      if (!(error instanceof Error && error.name === 'GrpcError') && !isMusterError(error)) onFault(error);
      return formatError(error);
    },
    onCall: metrics.call,
  };
}

/** Tells the operator what to know and what to do next. */
function announce({ settings, log, adminToken }: Parts, url: string): void {
  for (const notice of settings.notices) log.warn(notice);
  log.info({ url }, 'Muster is ready');
  log.info({ create: settings.create }, describeCreation(settings.create, adminToken !== undefined, url));
}

async function openStore(
  settings: Settings,
  log: Log,
  clock: Clock,
  observer: StoreObserver,
): Promise<Store> {
  const { store } = settings;
  switch (store.kind) {
    case 'etcd':
      return openEtcdStore({
        ...describeEtcd(store.endpoints, settings),
        clock,
        observer,
        onProblem: (problem, err) => log.warn({ err }, problem),
      });
    case 'lmdb':
      return openLmdbStore({ folder: store.folder, clock, observer });
    case 'memory':
      return createMemoryStore({ clock, observer });
  }
}

function describeEtcd(endpoints: readonly string[], settings: Settings): Omit<EtcdStoreOptions, 'clock'> {
  return { endpoints, prefix: settings.etcdPrefix ?? '', ...readEtcdCredentials(settings) };
}

/** What to do where a running service has the store that a command wants to open. */
const IN_USE_REMEDIES: Readonly<Record<MovePurpose, string>> = {
  export:
    'Stop the Muster that runs on it, or copy its store with "muster backup DIR" and export that: --store lmdb:DIR.',
  import: 'Stop the Muster that runs on it, or import into a store of its own.',
};

export async function openStoreToMove(settings: Settings, purpose: MovePurpose): Promise<Store> {
  const clock = systemClock;
  const { store: choice } = settings;
  switch (choice.kind) {
    case 'etcd':
      return openEtcdStore({ ...describeEtcd(choice.endpoints, settings), clock });
    case 'lmdb':
      return openLmdbStore({
        folder: choice.folder,
        clock,
        mustExist: purpose === 'export',
        inUseRemedy: IN_USE_REMEDIES[purpose],
      });
    case 'memory':
      throw new MusterError('bad-setting', `memory: has nothing to ${purpose}: it is gone with its process`, {
        remedy: 'Give --store lmdb:DIR or --store etcd:URL[,URL...].',
      });
  }
}

export async function restoreStore(backup: string, folder: string): Promise<StoreStats> {
  await restoreLmdbStore(backup, folder);
  // What cannot be opened is told now, and not when it is to serve.
  await using store = await openLmdbStore({ folder, clock: systemClock, mustExist: true });
  return store.stats();
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

export function backUpStore(folder: string, backup: string): Promise<void> {
  return backUpLmdbStore(folder, backup, systemClock);
}
