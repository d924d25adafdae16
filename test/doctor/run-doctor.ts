import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { DoctorDocument } from '../../src/cli/doctor-json.ts';
import { cleanEnvironment } from '../support/etcd.ts';
import { repositoryRoot } from '../support/repository.ts';

/** What a run of `muster doctor` gave. */
export interface DoctorRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `muster doctor`. @param settings its standard input, and variables beside those of this process */
export async function runDoctor(
  args: readonly string[],
  settings: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<DoctorRun> {
  const env = { ...withoutProxies(cleanEnvironment()), ...settings.env };
  const child = spawn(process.execPath, [`${repositoryRoot}bin/muster`, 'doctor', ...args], { env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(settings.stdin ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Runs `muster doctor --json`. */
export async function runDoctorJson(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; document: DoctorDocument }> {
  const { code, stdout, stderr } = await runDoctor([...args, '--json'], { env });
  try {
    return { code, document: JSON.parse(stdout) as DoctorDocument };
  } catch (cause) {
    throw new Error(`muster doctor ended with ${code}: ${stdout}${stderr}`, { cause });
  }
}

/** The ids of what is in the way: problems and warnings, in the order in which they are told. */
export function graveIds({ causes }: DoctorDocument): string[] {
  return causes.filter(({ severity }) => severity !== 'note').map(({ id }) => id);
}

/** The states of the peer URLs by the names of their members. */
export function statesByName({ peers }: DoctorDocument): Record<string, string> {
  return Object.fromEntries(peers.map(({ name, state }) => [name ?? '', state]));
}

/** What the machine of a test has for proxies does not count. */
function withoutProxies(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(?:https?|no)_proxy$/i.test(name)));
}
