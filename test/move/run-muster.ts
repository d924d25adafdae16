import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { cleanEnvironment } from '../support/etcd.ts';
import { repositoryRoot } from '../support/repository.ts';

/** How a command ended, and what it printed. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const TIMEOUT_MS = 60_000;

/** Runs a command of Muster to its end. */
export function runMuster(...args: string[]): Promise<Run> {
  return runMusterWith('', ...args);
}

/** Runs a command of Muster to its end, with this on its standard input. */
export async function runMusterWith(input: string, ...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [`${repositoryRoot}bin/muster`, ...args], {
    env: cleanEnvironment(),
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  // One that ends before it has read everything.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await closed) as [number | null];
  return { code, stdout, stderr };
}
