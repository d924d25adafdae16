import { spawn } from 'node:child_process';
import { systemClock } from '../clock/clock.ts';
import { join } from '../join/client.ts';
import type { DiscoveredMember } from '../join/discovered-member.ts';
import { DiscoveryError, isDiscoveryError } from '../join/discovery-error.ts';
import type { JoinedCluster, JoinProgress } from '../join/join.ts';
import { usageError } from './arguments.ts';
import { type CliContext, type Command, EXIT_CODES } from './command.ts';
import { reportDiscoveryError } from './discovery-exit.ts';
import { exitCodeOf, listenForSignals, onEndSignal } from './end-signals.ts';
import { JOIN_MANUAL, type JoinArguments, parseJoinArguments } from './join-arguments.ts';
import { etcdSettingsOf, formatCluster, formatProxy, variableOf } from './join-output.ts';
import { openProgress, type Progress } from './join-progress.ts';
import { findClientUrls, startOfProxy, wordsOfEtcd } from './join-proxy.ts';
import type { TlsChoice } from './join-tls.ts';
import { formatManual } from './manual.ts';

/** `muster join`. */
export const joinCommand: Command = {
  name: 'join',
  summary: 'Register a member, wait for its cluster, and print or start it.',
  manual: JOIN_MANUAL,
  help: (context) => formatManual('join', JOIN_MANUAL, context),
  async run(args, context) {
    const wanted = parseJoinArguments(args);
    if (wanted === undefined) {
      context.stdout.write(formatManual('join', JOIN_MANUAL, context));
      return EXIT_CODES.ok;
    }
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
      if (isDiscoveryError(error)) return reportDiscoveryError(error, context);
      throw error instanceof TypeError ? usageError('join', error.message) : error;
    } finally {
      interrupt.release();
    }
  },
};

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
    child.once('exit', (code, signal) => end(code ?? (signal === null ? 128 : exitCodeOf(signal))));
  });
}
