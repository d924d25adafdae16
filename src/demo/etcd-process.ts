import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { isComplaint } from './log-facts.ts';

/** How many lines are kept for people. */
const KEPT_LINES = 8;

/** What is started. */
export interface EtcdStart {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Takes everything that it prints. */
  readonly logFile: string;
  readonly onLine: (line: string) => void;
}

/** An etcd that was started. */
export interface EtcdProcess {
  readonly pid: number;
  /** How it ended: `status 1`, or the signal. */
  readonly ended: Promise<string>;
  /** What it printed to say why it ended: its last complaints, or where there are none its last lines. */
  reasons(): readonly string[];
  /** Ends it at once. What it has is thrown away. */
  kill(): void;
}

/** Starts an etcd that outlives no one who reads its output: its next line after that ends it. @throws Error of the system */
export async function startEtcd({ file, args, env, logFile, onLine }: EtcdStart): Promise<EtcdProcess> {
  // In a group of its own, so that Ctrl-C comes to the demo alone, which then ends all in order.
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  // A full disk shows in the etcds themselves.
  log.on('error', () => {});
  const last: string[] = [];
  const complaints: string[] = [];
  const read = (line: string): void => {
    log.write(`${line}\n`);
    keep(last, line);
    if (isComplaint(line)) keep(complaints, line);
    onLine(line);
  };
  const outputs = [readLines(child.stdout, read), readLines(child.stderr, read)];
  const ended = endOf(child, outputs).finally(() => log.end());
  await once(child, 'spawn');
  return {
    pid: child.pid ?? 0,
    ended,
    reasons: () => (complaints.length > 0 ? [...complaints] : [...last]),
    kill: () => void child.kill('SIGKILL'),
  };
}

function keep(lines: string[], line: string): void {
  if (line.trim() === '') return;
  lines.push(line);
  if (lines.length > KEPT_LINES) lines.shift();
}

async function endOf(child: ChildProcess, outputs: ReadonlyArray<Promise<unknown>>): Promise<string> {
  const text = await new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    child.once('error', (error) => resolve(error.message));
  });
  await Promise.all(outputs);
  return text;
}

function readLines(stream: Readable, onLine: (line: string) => void): Promise<unknown> {
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', onLine);
  return once(lines, 'close');
}
