import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

/** A `store-process` that is running. */
export interface StoreProcess {
  /** What it says, line by line. */
  readonly lines: AsyncIterableIterator<string>;
  /** Ends it as the machine's power switch would. */
  kill(): Promise<void>;
  /** Lets it close its store and end; answers its exit status. */
  finish(): Promise<number | null>;
}

const SCRIPT = fileURLToPath(new URL('./store-process.js', import.meta.url));

/** Starts `store-process`; it is killed when the test ends, at the latest. */
export function startStoreProcess(
  context: TestContext,
  mode: 'hold' | 'write' | 'churn',
  folder: string,
  uid?: number,
): StoreProcess {
  const child: ChildProcessByStdio<Writable, Readable, null> = spawn(
    process.execPath,
    [SCRIPT, mode, folder],
    { stdio: ['pipe', 'pipe', 'inherit'], ...(uid === undefined ? {} : { uid, gid: uid }) },
  );
  const ended = once(child, 'close');
  context.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    lines: createInterface(child.stdout)[Symbol.asyncIterator](),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    finish: async () => {
      child.stdin.end();
      await ended;
      return child.exitCode;
    },
  };
}

/** The next line, or "" when there is none any more. */
export async function nextLine(process: StoreProcess): Promise<string> {
  const { value, done } = await process.lines.next();
  return done ? '' : value;
}
