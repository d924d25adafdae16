import { runCli } from './cli/main.ts';
import { readPackageVersion } from './cli/package-version.ts';
import { nameOfProgram } from './cli/program-name.ts';

/** The service with its stores, which most commands do without. */
const composition = (): Promise<typeof import('./main.ts')> => import('./main.ts');

/** Runs the program with the environment of this process. @param argv the arguments behind its name */
export async function main(argv: readonly string[] = process.argv.slice(2)): Promise<void> {
  // A reader that has seen enough, such as head, is no error.
  let isOutputClosed = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    isOutputClosed = true;
  });
  process.exitCode = await runCli({
    argv,
    program: nameOfProgram(process.argv[1] ?? '', process.env),
    env: process.env,
    stdout: process.stdout,
    isOutputClosed: () => isOutputClosed,
    stderr: process.stderr,
    process,
    version: readPackageVersion(),
    startServer: async (settings) => (await composition()).startServer(settings),
    stores: {
      open: async (settings, purpose) => (await composition()).openStoreToMove(settings, purpose),
      backUp: async (folder, backup) => (await composition()).backUpStore(folder, backup),
      restore: async (backup, folder) => (await composition()).restoreStore(backup, folder),
    },
    stdin: process.stdin,
  });
}
