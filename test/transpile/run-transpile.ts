import type { CliContext } from '../../src/cli/command.ts';
import { readPackageVersion } from '../../src/cli/package-version.ts';
import { transpileCommand } from '../../src/cli/transpile.ts';
import type { Run } from '../move/run-muster.ts';

/** Runs `muster transpile` in this process, which takes a hundredth of the time. */
export async function runTranspile(input: string | Uint8Array, args: readonly string[]): Promise<Run> {
  const outputs = { stdout: '', stderr: '' };
  const context: CliContext = {
    argv: ['transpile', ...args],
    env: {},
    stdout: { write: (text) => (outputs.stdout += text) },
    stderr: { write: (text) => (outputs.stderr += text) },
    process,
    version: readPackageVersion(),
    startServer: () => Promise.reject(new Error('no server is started')),
    stores: {
      open: () => Promise.reject(new Error('no store is opened')),
      backUp: () => Promise.reject(new Error('nothing is backed up')),
      restore: () => Promise.reject(new Error('nothing is restored')),
    },
    stdin: toStream(input),
  };
  const code = await transpileCommand.run(args, context);
  return { code, ...outputs };
}

async function* toStream(input: string | Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(typeof input === 'string' ? Buffer.from(input) : input);
}
