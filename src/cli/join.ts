import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock/clock.ts';
import { MusterError } from '../errors.ts';
import { join } from '../join/client.ts';
import type { DiscoveredMember } from '../join/discovered-member.ts';
import { DiscoveryError, type DiscoveryErrorCode, isDiscoveryError } from '../join/discovery-error.ts';
import type { JoinedCluster, JoinProgress } from '../join/join.ts';
import { durationBetween, parseGiven } from '../server/setting-values.ts';
import { type CliContext, type Command, type EndSignal, EXIT_CODES } from './command.ts';
import {
  etcdSettingsOf,
  formatCluster,
  formatProxy,
  OUTPUT_FORMATS,
  type OutputFormat,
  variableOf,
} from './join-output.ts';
import { openProgress, type Progress } from './join-progress.ts';
import { findClientUrls, startOfProxy, wordsOfEtcd } from './join-proxy.ts';
import { addTlsChoice, readTlsChoice, type TlsChoice, type TlsFileOptions } from './join-tls.ts';
import { formatProblem } from './terminal.ts';

/** How `muster join` ends when it got no cluster. */
const JOIN_EXIT_CODES: Readonly<Record<DiscoveryErrorCode, number>> = {
  full: 3,
  unknown: 4,
  expired: 5,
  duplicate: 6,
  'timed-out': 7,
  unreachable: 8,
  refused: 9,
};

const HELP = `Usage: muster join URL --name NAME --peer-urls URLS [options] [--exec COMMAND ...]

Registers a member under a discovery URL, waits until its cluster is complete, and prints what etcd has to be told of
it, or starts a command with that in its environment.

Options:
  --name NAME          etcd's name of this member
  --peer-urls URLS     where other members reach it, with commas between, such as http://10.0.0.1:2380
  --dialect v2|v3      how to speak with the service: HTTP or gRPC. Default: v2
  --format FORMAT      env, flags, yaml or json. Default: env
  --timeout DURATION   how long to wait for the others, such as 10m. Default: without end
  --on-full proxy      where the cluster is full: print the line that starts etcd as a proxy before it, or with
                       --exec start it, by the words behind that up to etcd. Its members are asked where
                       clients reach them, until one answers
  --proxy-listen H:P   where that proxy listens. Default: 127.0.0.1:2379
  --tls-ca FILE        a CA for the certificate of the service, beside those that Node trusts
  --tls-cert FILE, --tls-key FILE
                       a certificate with its key, for a service that wants one to register
  --peer-tls-ca FILE, --peer-tls-cert FILE, --peer-tls-key FILE
                       with --on-full proxy: the same for the members, on their peer URLs and, by the proxy, on
                       their client URLs. Default: the files above
  --exec COMMAND ...   start this with ETCD_NAME, ETCD_INITIAL_CLUSTER and so on; all that follows belongs to it

Examples:
  muster join http://10.0.0.5:8087/TOKEN --name n1 --peer-urls http://10.0.0.1:2380 > /etc/etcd/cluster.env
  muster join http://10.0.0.5:8087/TOKEN --name n1 --peer-urls http://10.0.0.1:2380 --exec etcd \\
    --listen-peer-urls http://10.0.0.1:2380

Exit codes:
  0  the cluster is complete; with --exec, as the command ended
  2  the command line is wrong
  3  full: other members have all the places
  4  unknown: there is no such token at this address
  5  expired: the life of the token is over, or it was revoked
  6  duplicate: another machine has this identity, name or peer URL
  7  timed out: the cluster was not complete in time
  8  unreachable: nobody answers at this address
  9  refused: the message says why, and what to do
  126, 127  the command behind --exec cannot be started, or is not there
  129, 130, 131, 143  ended by SIGHUP, SIGINT, SIGQUIT, SIGTERM
`;

const HELP_REMEDY = 'Run "muster join --help" for the options.';

interface JoinArguments {
  readonly url: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly dialect: 'v2' | 'v3';
  readonly format: OutputFormat;
  readonly timeoutMs: number | undefined;
  /** For the service. */
  readonly tls: TlsChoice;
  /** For the members of a full cluster. */
  readonly peerTls: TlsChoice;
  /** Where a proxy listens, in case the cluster is full; undefined: full is an error. */
  readonly proxyListen: string | undefined;
  /** The command to start, with its arguments; undefined: print. */
  readonly command: readonly string[] | undefined;
}

/** `muster join`. */
export const joinCommand: Command = {
  name: 'join',
  summary: 'Register a member, wait for its cluster, and print or start it.',
  help: () => HELP,
  async run(args, context) {
    const own = args.includes('--exec') ? args.slice(0, args.indexOf('--exec')) : args;
    if (own.includes('--help') || own.includes('-h')) {
      context.stdout.write(HELP);
      return EXIT_CODES.ok;
    }
    const wanted = parseJoinArguments(args);
    const interrupt = listenForSignals(context);
    try {
      const start = await prepareStart(wanted, context, interrupt.signal);
      if (start.command === undefined) {
        context.stdout.write(start.text);
        return EXIT_CODES.ok;
      }
      interrupt.release();
      return await execute(start.command, start.variables, context);
    } catch (error) {
      if (interrupt.signal.aborted && error === interrupt.signal.reason)
        return Number(interrupt.signal.reason);
      if (!isDiscoveryError(error)) throw error instanceof TypeError ? usage(error.message) : error;
      context.stderr.write(formatProblem(`${error.code}: ${error.message}`, error.remedy));
      return JOIN_EXIT_CODES[error.code];
    } finally {
      interrupt.release();
    }
  },
};

function usage(problem: string): MusterError {
  return new MusterError('bad-setting', problem, { remedy: HELP_REMEDY });
}

/** @throws MusterError `bad-setting` */
function parseJoinArguments(args: readonly string[]): JoinArguments {
  const at = args.indexOf('--exec');
  const command = at === -1 ? undefined : args.slice(at + 1);
  if (command?.length === 0) throw usage('--exec needs a command');
  const { values, positionals } = parseFlags(at === -1 ? args : args.slice(0, at));
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0) throw usage('muster join takes one discovery URL');
  if (!URL.canParse(url) || !/^https?:\/\//i.test(url)) {
    throw usage(
      `${JSON.stringify(url.slice(0, 100))} is not a discovery URL, such as http://10.0.0.5:8087/TOKEN`,
    );
  }
  const { name, dialect = 'v2', format = 'env', timeout } = values;
  const peerUrls = values['peer-urls']?.split(',').filter((text) => text !== '');
  if (name === undefined || peerUrls === undefined || peerUrls.length === 0) {
    throw usage('muster join needs --name and --peer-urls');
  }
  if (dialect !== 'v2' && dialect !== 'v3') throw usage('--dialect is neither v2 nor v3');
  const known = OUTPUT_FORMATS.find((candidate) => candidate === format);
  if (known === undefined) throw usage(`--format is not one of ${OUTPUT_FORMATS.join(', ')}`);
  const proxyListen = parseProxyListen(values['on-full'], values['proxy-listen']);
  const tlsFiles = tlsFilesOf('tls', values);
  const peerTlsFiles = tlsFilesOf('peer-tls', values);
  const given = Object.entries(peerTlsFiles).find(([, file]) => file !== undefined);
  if (given !== undefined && proxyListen === undefined)
    throw usage(`--peer-tls-${given[0]} needs --on-full proxy`);
  const timeoutMs = timeout === undefined ? undefined : parseGiven('--timeout', timeout, parseTimeout) * 1000;
  const tls = readTlsChoice('tls', tlsFiles);
  const peerTls = addTlsChoice(readTlsChoice('peer-tls', peerTlsFiles), tls);
  return { url, name, peerUrls, dialect, format: known, timeoutMs, tls, peerTls, proxyListen, command };
}

function parseProxyListen(onFull: string | undefined, listen: string | undefined): string | undefined {
  if (onFull !== undefined && onFull !== 'proxy') throw usage('--on-full is not proxy');
  if (onFull === undefined && listen !== undefined) throw usage('--proxy-listen needs --on-full proxy');
  return onFull === undefined ? undefined : (listen ?? '127.0.0.1:2379');
}

const DAY_SECONDS = 24 * 60 * 60;

const parseTimeout: (text: string) => number = durationBetween(1, 20 * DAY_SECONDS);

function parseFlags(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    name: text,
    'peer-urls': text,
    dialect: text,
    format: text,
    timeout: text,
    'on-full': text,
    'proxy-listen': text,
    'tls-ca': text,
    'tls-cert': text,
    'tls-key': text,
    'peer-tls-ca': text,
    'peer-tls-cert': text,
    'peer-tls-key': text,
  } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw usage(error instanceof Error ? error.message.replace(/\.$/, '') : String(error));
  }
}

function tlsFilesOf(
  prefix: 'tls' | 'peer-tls',
  values: ReturnType<typeof parseFlags>['values'],
): Required<TlsFileOptions> {
  return { ca: values[`${prefix}-ca`], cert: values[`${prefix}-cert`], key: values[`${prefix}-key`] };
}

const END_SIGNALS: readonly EndSignal[] = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM'];

/** Listens for every signal that asks the command to end. Answers how to stop listening. */
function onEndSignal({ process }: CliContext, listener: (signal: EndSignal) => void): () => void {
  const listeners = END_SIGNALS.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, listen] of listeners) process.on(signal, listen);
  return () => {
    for (const [signal, listen] of listeners) process.off(signal, listen);
  };
}

/** Aborts with the exit code of the first signal. */
function listenForSignals(context: CliContext): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const release = onEndSignal(context, (signal) => controller.abort(128 + constants.signals[signal]));
  return { signal: controller.signal, release };
}

async function joinCluster(
  { url, name, peerUrls, dialect, tls }: JoinArguments,
  progress: Progress,
  signal: AbortSignal,
): Promise<JoinedCluster> {
  const onProgress = ({ size, members }: JoinProgress): void => {
    const names = members.map((member) => member.name).join(', ');
    const rest = size > members.length ? `; waiting for ${size - members.length} more` : '; complete';
    progress.state(`${members.length} of ${size} members are here: ${names}${rest}`);
  };
  const onRetry = (reason: string, delayMs: number): void => {
    progress.note(`${reason}; asking again in ${Math.ceil(delayMs / 1000)} s`);
  };
  return join({ url, name, peerUrls, dialect, tls: tls.texts, signal, onProgress, onRetry });
}

/** What follows from a cluster: a text for a person, or a command with more variables. */
interface Start {
  readonly text: string;
  readonly command: readonly string[] | undefined;
  readonly variables: Readonly<Record<string, string>>;
}

async function prepareStart(
  wanted: JoinArguments,
  context: CliContext,
  interrupt: AbortSignal,
): Promise<Start> {
  const { timeoutMs, command, format, name, peerUrls, peerTls, proxyListen } = wanted;
  const { signal, release } = limitTime(interrupt, timeoutMs);
  const progress = openProgress(context.stderr, context.env, systemClock);
  try {
    const cluster = await joinCluster(wanted, progress, signal);
    const settings = etcdSettingsOf(cluster, name, peerUrls).map(([flag, value]) => [
      variableOf(flag),
      value,
    ]);
    const text = formatCluster(format, cluster, name, peerUrls);
    return { text, command, variables: Object.fromEntries(settings) };
  } catch (error) {
    if (proxyListen === undefined || !isDiscoveryError(error, 'full')) throw error;
    const clientUrls = await findProxied(error.members, peerTls, progress, signal, interrupt);
    const { args, variables, notice } = startOfProxy(clientUrls, proxyListen, peerTls);
    if (notice !== undefined) progress.note(notice);
    const proxy = [...wordsOfEtcd(command ?? ['etcd']), ...args];
    return { text: formatProxy(format, proxy, variables), command: command && proxy, variables };
  } finally {
    progress.end();
    release();
  }
}

/**
 * A signal that aborts with another one, or as `AbortSignal.timeout` does when the time is over. Node forgets a timeout
 * that only `AbortSignal.any` refers to, now and then (nodejs/node#57736).
 */
function limitTime(
  interrupt: AbortSignal,
  timeoutMs: number | undefined,
): { signal: AbortSignal; release: () => void } {
  if (timeoutMs === undefined) return { signal: interrupt, release: () => {} };
  const controller = new AbortController();
  const isOver = (): void => controller.abort(new DOMException('the time is over', 'TimeoutError'));
  const timer = setTimeout(isOver, timeoutMs);
  const onInterrupt = (): void => controller.abort(interrupt.reason);
  interrupt.addEventListener('abort', onInterrupt);
  const release = (): void => {
    clearTimeout(timer);
    interrupt.removeEventListener('abort', onInterrupt);
  };
  return { signal: controller.signal, release };
}

async function findProxied(
  members: readonly DiscoveredMember[],
  tls: TlsChoice,
  progress: Progress,
  signal: AbortSignal,
  interrupt: AbortSignal,
): Promise<readonly string[]> {
  const onRetry = (reason: string): void => progress.state(reason);
  try {
    return await findClientUrls(members, tls, signal, onRetry);
  } catch (error) {
    if (interrupt.aborted) throw error;
    throw new DiscoveryError('timed-out', 'the cluster is full, and no member of it answered in time', {
      remedy: `Check that one of these can be reached from here: ${members.flatMap(({ peerUrls }) => peerUrls).join(', ')}.`,
      members,
      cause: error,
    });
  }
}

/** Runs the command with what etcd has to be told. Signals go to it, and it ends as it ends. */
function execute(
  [file = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
  context: CliContext,
): Promise<number> {
  const { env, stderr } = context;
  const child = spawn(file, args, { env: { ...env, ...variables }, stdio: 'inherit' });
  const release = onEndSignal(context, (signal) => void child.kill(signal));
  return new Promise((resolve) => {
    const end = (code: number): void => {
      release();
      resolve(code);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      stderr.write(`muster: cannot start ${JSON.stringify(file)}: ${error.code ?? error.message}.\n`);
      // As shells count it.
      end(error.code === 'ENOENT' ? 127 : 126);
    });
    child.once('exit', (code, signal) =>
      end(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
