import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

const DISK_MIB = 4;

/** A folder that is a small disk of its own; undefined where this user may not mount one. */
export function smallDisk(t: TestContext): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'muster-'));
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', folder]);
  if (mount.status !== 0) {
    rmdirSync(folder);
    const reason = `a small disk cannot be mounted here: ${mount.error ?? mount.stderr}`;
    const { CI } = process.env;
    if (CI === 'true') assert.fail(reason);
    t.skip(reason);
    return undefined;
  }
  t.after(() => {
    spawnSync('umount', ['-l', folder]);
    rmdirSync(folder);
  });
  return folder;
}

/** Takes all the room there is. */
export function fillDisk(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'ballast'), Buffer.alloc(bavail * bsize));
}

/** Makes that room again. */
export function freeDisk(folder: string): void {
  rmSync(join(folder, 'ballast'));
}
