import type { RunningServer } from './cli/command.ts';
import { runCli } from './cli/main.ts';
import { readPackageVersion } from './cli/package-version.ts';
import { MusterError } from './errors.ts';
import type { Settings } from './server/settings.ts';

/** Brings up the server that the settings describe. */
export function startServer(_settings: Settings): Promise<RunningServer> {
  return Promise.reject(new MusterError('bad-setting', 'this build has no server yet'));
}

/** Runs the program with the arguments and the environment of this process. */
export async function main(): Promise<void> {
  // A reader that has seen enough, such as head, is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await runCli({
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    process,
    version: readPackageVersion(),
    startServer,
  });
}
