import { cleanEnvironment } from '../support/etcd.ts';
import { LogLines } from '../support/log-lines.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';

/** A `muster join` that runs. */
export interface Joining extends AsyncDisposable {
  readonly program: Program;
  readonly log: LogLines;
}

/** Starts `muster join` with these arguments. */
export async function startJoin(...args: string[]): Promise<Joining> {
  const log = new LogLines();
  const program = await startProgram({
    name: 'muster join',
    file: process.execPath,
    args: [`${repositoryRoot}bin/muster`, 'join', ...args],
    env: cleanEnvironment(),
    log,
  });
  return {
    program,
    log,
    // Not by SIGKILL, which would leave what it started with --exec alive.
    async [Symbol.asyncDispose]() {
      await program.stop(30_000);
    },
  };
}

/** The exit code, and what was printed. */
export async function runJoin(...args: string[]): Promise<{ code: number | null; text: string }> {
  await using joining = await startJoin(...args);
  const { code } = await joining.program.exited;
  return { code, text: joining.log.tail };
}
