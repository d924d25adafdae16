import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { freePort } from '../support/ports.ts';
import { type Program, startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { parseList, V2Client } from '../support/v2-client.ts';

/** Changes of a new data folder, most of them by LMDB, which writes the data file in steps of its own. */
const CHANGES = [5, 9, 12, 15];
/** More calls than a start makes: the test ends at the first one that is not reached. */
const FILE_CALLS_MAX = 30;

describe('a first start that is killed harms no later start', () => {
  test('before each of its own calls that change files', async () => {
    for (let call = 1; ; call++) {
      assert.ok(call <= FILE_CALLS_MAX, 'a start makes more calls than expected');
      await using dir = await createTempDir();
      const folder = join(dir.path, 'data');
      await using program = await startOn(folder, call);
      const wasKilled = await Promise.race([
        program.waitForLine(/Muster is ready/).then(() => false),
        program.exited.then(({ signal }) => signal === 'SIGKILL'),
      ]).catch(() => true);
      program.kill('SIGKILL');
      await program.exited;
      await assertUsable(folder, `killed before call ${call}`);
      if (!wasKilled) break;
    }
  });

  for (const changes of CHANGES) {
    test(`at change ${changes} of its data folder`, async () => {
      await using dir = await createTempDir();
      const folder = join(dir.path, 'data');
      await mkdir(folder);
      let seen = 0;
      let program: Program | undefined;
      const watcher = watch(folder, () => {
        if (++seen === changes) program?.kill('SIGKILL');
      });
      try {
        program = await startOn(folder);
        await program.exited;
      } finally {
        watcher.close();
        await program?.[Symbol.asyncDispose]();
      }
      await assertUsable(folder, `killed at change ${changes}`);
    });
  }
});

/** Starts a Muster that is killed before a call that changes files, if one is named. */
async function startOn(folder: string, killAtCall?: number): Promise<Program> {
  const listen = `127.0.0.1:${await freePort()}`;
  const hook = new URL('kill-at-file-call.js', import.meta.url);
  const kill = killAtCall === undefined ? {} : { KILL_AT_FILE_CALL: String(killAtCall) };
  return startProgram({
    name: 'muster',
    file: process.execPath,
    args: [
      ...(killAtCall === undefined ? [] : ['--import', hook.href]),
      ...[`${repositoryRoot}bin/muster`, 'serve', '--listen', listen, '--store', `lmdb:${folder}`],
    ],
    env: { ...cleanEnvironment(), ...kill },
  });
}

/** A later start makes something whole of the folder. */
async function assertUsable(folder: string, what: string): Promise<void> {
  await using muster = await startMuster({ store: `lmdb:${folder}` }).catch((error: unknown) => {
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  });
  using client = new V2Client(muster.url);
  const token = await client.newToken(3);
  assert.deepEqual(parseList(await client.list(token)), [], what);
}
