import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cleanEnvironment } from '../support/etcd.ts';
import { type EtcdVersion, etcdProgram } from '../support/peers.ts';
import { poll } from '../support/poll.ts';
import { startProgram } from '../support/program.ts';

/** A PATH with the real etcdctl, and an etcd that writes down how it was started. */
export function toolsOf(
  version: EtcdVersion,
  dir: string,
): { env: NodeJS.ProcessEnv; startedWith: () => string[] } {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  symlinkSync(etcdProgram(version, 'etcdctl'), join(bin, 'etcdctl'));
  writeFileSync(join(bin, 'etcd'), `#!/bin/sh\nprintf '%s\\n' "$@" > '${dir}/started'\n`);
  chmodSync(join(bin, 'etcd'), 0o755);
  const { PATH } = process.env;
  return {
    env: { ...cleanEnvironment(), PATH: `${bin}:${PATH}` },
    startedWith: () => readFileSync(`${dir}/started`, 'utf8').trim().split('\n'),
  };
}

/** Runs the printed text as it is, line by line. A line that etcd is not ready for is repeated, as the text says. */
export async function follow(text: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (const line of text.split('\n').filter((line) => /^[^#]/.test(line))) {
    await poll(line, 60_000, async () => {
      await using shell = await startProgram({ name: 'sh', file: '/bin/sh', args: ['-e', '-c', line], env });
      const { code } = await shell.exited;
      if (code === 0) return true;
      assert.match(shell.log.tail, /unhealthy cluster/, line);
      return undefined;
    });
  }
}
