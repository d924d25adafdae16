import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DemoCluster } from '../demo/demo-cluster.ts';
import { type EtcdProgram, findEtcd } from '../demo/find-etcd.ts';
import { createToken } from '../join/client.ts';
import { isDiscoveryError } from '../join/discovery-error.ts';
import { loadSettings } from '../server/load-settings.ts';
import { usageError } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES, type RunningServer } from './command.ts';
import { DEMO_MANUAL, type DemoArguments, parseDemoArguments } from './demo-arguments.ts';
import { openTeller } from './demo-teller.ts';
import { conclude, introduce, invite } from './demo-words.ts';
import { reportDiscoveryError } from './discovery-exit.ts';
import { listenForSignals } from './end-signals.ts';
import { formatManual } from './manual.ts';

/** Where `npm test` keeps real etcds, seen from dist/src/cli. */
const CACHE = fileURLToPath(new URL('../../../.cache/peers', import.meta.url));

/** A service that does not answer now will not in five minutes, on a machine where somebody waits for it. */
const SERVER_RETRY_MS = 5000;

/** `muster demo`. */
export const demoCommand: Command = {
  name: 'demo',
  summary: 'Show real etcds finding each other on this machine.',
  manual: DEMO_MANUAL,
  help: (context) => formatManual('demo', DEMO_MANUAL, context),
  async run(args, context) {
    const wanted = parseDemoArguments(args);
    if (wanted === undefined) {
      context.stdout.write(formatManual('demo', DEMO_MANUAL, context));
      return EXIT_CODES.ok;
    }
    const { PATH } = context.env;
    const etcd = await findEtcd({ given: wanted.etcd, path: PATH, cache: CACHE });
    const dialect = dialectFor(etcd, wanted.dialect);
    const interrupt = listenForSignals(context);
    try {
      return await runDemo({ ...wanted, dialect }, etcd, context, interrupt.signal);
    } catch (error) {
      if (interrupt.signal.aborted && error === interrupt.signal.reason)
        return Number(interrupt.signal.reason);
      if (isDiscoveryError(error)) return reportDiscoveryError(error, context);
      throw error;
    } finally {
      interrupt.release();
    }
  },
};

/** @throws MusterError `bad-setting` where the etcd does not speak what is wanted */
function dialectFor({ version, dialects }: EtcdProgram, wanted: 'v2' | 'v3' | undefined): 'v2' | 'v3' {
  const [usual = 'v3'] = dialects;
  if (wanted === undefined || dialects.includes(wanted)) return wanted ?? usual;
  throw usageError('demo', `etcd ${version} does not know discovery over ${wanted}, but over ${usual} alone`);
}

type Demo = DemoArguments & { readonly dialect: 'v2' | 'v3' };

async function runDemo(
  wanted: Demo,
  etcd: EtcdProgram,
  context: CliContext,
  signal: AbortSignal,
): Promise<number> {
  const startedAt = performance.now();
  const teller = openTeller(context.stdout, context.env, () => performance.now() - startedAt);
  const { size, dialect, pauseMs, adminToken } = wanted;
  const folder = await mkdtemp(join(tmpdir(), 'muster-demo-'));
  let server: RunningServer | undefined;
  let cluster: DemoCluster | undefined;
  const release = onDefect(context, () => {
    cluster?.killAll();
    removeFolder(folder);
  });
  try {
    server = wanted.server === undefined ? await startOwnServer(wanted.listen, context) : undefined;
    const origin = wanted.server ?? server?.url ?? '';
    const { url } = await createToken({
      server: origin,
      size,
      adminToken,
      signal,
      retryForMs: SERVER_RETRY_MS,
    });
    introduce(teller, { url, size, dialect, etcd });
    const env = etcdEnvironment(context.env);
    cluster = new DemoCluster({ url, size, etcd, dialect, pauseMs, folder, env, say: teller.say });
    const statuses = await cluster.form(signal);
    conclude(teller, cluster.members, statuses);
    invite(teller, { url, etcd, folder, members: cluster.members, program: context.program ?? 'muster' });
    await untilAborted(signal);
    return EXIT_CODES.ok;
  } finally {
    await cluster?.[Symbol.asyncDispose]();
    await server?.stop();
    removeFolder(folder);
    release();
  }
}

/** A Muster that keeps nothing, whatever this machine's own settings are. */
function startOwnServer(listen: string, { startServer }: CliContext): Promise<RunningServer> {
  const argv = [
    '--store',
    'memory:',
    '--log-level',
    'silent',
    '--shutdown-timeout',
    '1s',
    '--listen',
    listen,
  ];
  return startServer(loadSettings({ argv, env: {} }));
}

/** The environment, without what would configure an etcd beside its command line. */
function etcdEnvironment(env: CliContext['env']): NodeJS.ProcessEnv {
  const own = Object.entries(env).filter(([name]) => !name.startsWith('ETCD_'));
  // etcd 3.4 starts on 64-bit ARM only when told that this is meant.
  const arm = process.arch === 'arm64' ? { ETCD_UNSUPPORTED_ARCH: 'arm64' } : {};
  return { ...Object.fromEntries(own), ...arm };
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** After an error that nobody caught, nothing of the demo stays. Answers how to stop listening for one. */
function onDefect({ process, stderr }: CliContext, cleanUp: () => void): () => void {
  const onUncaught = (error: unknown): void => {
    cleanUp();
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr.write(`muster: internal error, please report it: ${stack}\n`);
    process.exit(EXIT_CODES.internalError);
  };
  process.on('uncaughtException', onUncaught);
  return () => void process.off('uncaughtException', onUncaught);
}
