import assert from 'node:assert/strict';
import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { cleanEnvironment } from '../support/etcd.ts';
import { startMuster } from '../support/muster.ts';
import { freePort } from '../support/ports.ts';
import { startProgram } from '../support/program.ts';
import { repositoryRoot } from '../support/repository.ts';
import { createTempDir } from '../support/temp-dir.ts';
import { parseList, V2Client } from '../support/v2-client.ts';

/** Changes of a new data folder that are seen while it is made; after the last one Muster listens. */
const CHANGES = [1, 2, 3, 4, 6, 8, 11, 15, 20];

for (const changes of CHANGES) {
  test(`a first start that is killed at change ${changes} of its new data folder harms no later start`, async () => {
    await using dir = await createTempDir();
    const folder = join(dir.path, 'data');
    await mkdir(folder);
    await startAndKill(folder, changes);
    await using muster = await startMuster({ store: `lmdb:${folder}` });
    using client = new V2Client(muster.url);
    const token = await client.newToken(3);
    await muster.kill9();
    await muster.restart();
    assert.deepEqual(parseList(await client.list(token)), []);
  });
}

/** Kills a Muster when its folder has changed so often, or when it is ready, if that comes first. */
async function startAndKill(folder: string, changes: number): Promise<void> {
  let seen = 0;
  const watcher = watch(folder, () => {
    if (++seen === changes) program.kill('SIGKILL');
  });
  const listen = `127.0.0.1:${await freePort()}`;
  const args = [`${repositoryRoot}bin/muster`, 'serve', '--listen', listen, '--store', `lmdb:${folder}`];
  const program = await startProgram({
    name: 'muster',
    file: process.execPath,
    args,
    env: cleanEnvironment(),
  });
  try {
    const ready = program.waitForLine(/ready/).then(() => program.kill('SIGKILL'));
    await Promise.race([ready, program.exited]);
    ready.catch(() => {});
    await program.exited;
  } finally {
    watcher.close();
    await program[Symbol.asyncDispose]();
  }
}
