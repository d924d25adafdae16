import { cleanEnvironment } from '../support/etcd.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';

/** Starts `muster` with these arguments. */
export function startCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Program> {
  return startProgram({
    name: `muster ${args[0]}`,
    file: process.execPath,
    args: [`${repositoryRoot}bin/muster`, ...args],
    env: { ...cleanEnvironment(), ...env },
  });
}

/** The exit code of `muster` with these arguments, and what it printed. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; text: string }> {
  await using program = await startCommand(args, env);
  const { code } = await program.exited;
  return { code, text: program.log.lines.join('\n') };
}
