import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DATA_FILE, openEnvironment } from '../../src/store/lmdb/environment.ts';
import { temporaryFolder } from '../support/temp-dir.ts';

/** Flags of an LMDB environment that make a commit return before it is on the disk. */
const FLAGS = { overlappingSync: 0x1000, noSync: 0x10000, noMetaSync: 0x40000, writeMap: 0x80000 };

test('a transaction returns when it is flushed: no flag of the file says otherwise', async (t) => {
  const folder = join(temporaryFolder(t), 'data');
  mkdirSync(folder);
  const { root } = openEnvironment(folder, DATA_FILE);
  // No public function tells the flags, and nothing short of a power cut shows them.
  const native = (await import(new URL('./native.js', import.meta.resolve('lmdb')).href)) as {
    nativeAddon: { getEnvFlags(address: number): number };
  };
  const { env } = root as unknown as { env: { address: number } };
  const flags = native.nativeAddon.getEnvFlags(env.address);
  await root.close();
  for (const [name, flag] of Object.entries(FLAGS)) assert.equal(flags & flag, 0, name);
});

test('the file is for its owner only', async (t) => {
  const folder = temporaryFolder(t);
  await openEnvironment(folder, DATA_FILE).root.close();
  assert.equal(statSync(join(folder, DATA_FILE)).mode & 0o777, 0o600);
});
