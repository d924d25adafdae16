import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { deferred } from './deferred.ts';
import { LogLines } from './log-lines.ts';

export interface ProgramOptions {
  /** What messages call it. */
  readonly name: string;
  /** An absolute path. */
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the program. Default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Where its lines go, to keep those of several runs together. Default: a log of its own. */
  readonly log?: LogLines;
}

export interface ProgramExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A descendant that holds the program's outputs open does not hold up the end of a test for longer than this. */
const OUTPUT_END_TIMEOUT_MS = 1_000;

/** The programs that run now. None of them outlives this process, however it ends. */
const running = new Set<ChildProcess>();
let cleanUpInstalled = false;

/** A running program, whose lines on both outputs are collected. It is killed when disposed of. */
export class Program implements AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly log: LogLines;
  /** Resolves when the program has ended and its last lines are in the log. Never rejects. */
  readonly exited: Promise<ProgramExit>;
  /** Aborts when the program has ended; the reason is an Error that ends with its last lines. */
  readonly ended: AbortSignal;
  readonly #child: ChildProcess;

  constructor(name: string, child: ChildProcess, pid: number, log: LogLines) {
    this.name = name;
    this.pid = pid;
    this.log = log;
    this.#child = child;
    const ended = new AbortController();
    this.ended = ended.signal;
    const { promise, resolve } = deferred<ProgramExit>();
    this.exited = promise;
    child.once('exit', (code, signal) => {
      running.delete(child);
      const finish = (): void => {
        clearTimeout(timer);
        ended.abort(
          new Error(`${name} ended with ${signal ?? `status ${code}`}; its last lines:\n${log.tail}`),
        );
        resolve({ code, signal });
      };
      const timer = setTimeout(finish, OUTPUT_END_TIMEOUT_MS);
      child.once('close', finish);
    });
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /**
   * Waits for a line, which may have been printed already; the lines before `fromLine` do not count (`log.count`).
   *
   * @throws Error with the last lines when none comes within `timeoutMs`, or the program ends before
   */
  waitForLine(pattern: RegExp, timeoutMs = 20_000, fromLine = 0): Promise<RegExpExecArray> {
    return this.log.waitFor(pattern, timeoutMs, fromLine, this.ended);
  }

  /** Sends a signal; nothing happens when the program has ended already. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks the program to end, kills it when it has not within `timeoutMs`, and says how it ended. */
  async stop(timeoutMs = 10_000): Promise<ProgramExit> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), timeoutMs);
    try {
      return await this.exited;
    } finally {
      clearTimeout(timer);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL');
    await this.exited;
  }
}

/**
 * Starts a program. Resolves when the system has started it, which says nothing about its being ready.
 *
 * @throws Error of the file system when the file is not there or is no program
 */
export async function startProgram(options: ProgramOptions): Promise<Program> {
  installCleanUp();
  // Asked here, because setpriv below exists in any case.
  await access(options.file, constants.X_OK);
  const [file, ...args] = [...dieWithParent, options.file, ...options.args];
  const child = spawn(file ?? options.file, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = options.log ?? new LogLines();
  log.collect(child.stdout);
  log.collect(child.stderr);
  const spawned = once(child, 'spawn');
  if (child.pid === undefined) {
    await spawned;
    throw new Error(`${options.name}: not started`);
  }
  running.add(child);
  const program = new Program(options.name, child, child.pid, log);
  await spawned;
  return program;
}

/**
 * Linux kills a program whose parent is gone when told so beforehand. This covers the one case that no code here
 * can: this process being killed by SIGKILL. `setpriv` replaces itself with the program, under the same pid.
 */
const dieWithParent: readonly string[] = findDieWithParent();

function findDieWithParent(): readonly string[] {
  const setpriv = '/usr/bin/setpriv';
  if (process.platform !== 'linux') return [];
  try {
    accessSync(setpriv, constants.X_OK);
    return [setpriv, '--pdeathsig', 'KILL', '--'];
  } catch {
    return [];
  }
}

function installCleanUp(): void {
  if (cleanUpInstalled) return;
  cleanUpInstalled = true;
  process.on('exit', killAll);
  // The test runner ends a file that takes too long by SIGTERM, which by itself would skip the handler above.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      killAll();
      process.kill(process.pid, signal);
    });
  }
}

function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}
