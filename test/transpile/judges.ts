import { spawnSync } from 'node:child_process';
import { peerDir } from '../support/peers.ts';

function ask(
  program: string,
  args: readonly string[],
  input: string,
): { code: number; said: string; out: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  if (status === null) throw new Error(`${program} was ended by a signal`);
  return { code: status, said: `${stdout}${stderr}`, out: stdout };
}

/** All that `ignition-validate` of Debian prints about a document; nothing if it is content. */
export function askIgnition(document: string): string {
  const { code, said } = ask(`${peerDir('ignition-2.14')}/ignition-validate`, ['-'], document);
  return code === 0 ? said : `exit ${code}: ${said}`;
}

/** What `butane --strict` makes of a config, or what it says of it. */
export function askButane(config: string): { readonly ignition: string } | { readonly problem: string } {
  const { code, out, said } = ask(`${peerDir('boot-formats')}/butane`, [], config);
  return code === 0 ? { ignition: out } : { problem: said };
}
