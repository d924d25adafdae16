import { constants, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { copyFile, open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../clock/clock.ts';
import { isMusterError, MusterError } from '../../errors.ts';
import { receiveBackup } from './backup-service.ts';
import {
  assertFormat,
  assertStore,
  completeNewData,
  FORMAT_FILE,
  hasData,
  JOURNAL_FILES,
  NEW_DATA_FILE,
  prepareFolder,
  removeNewData,
} from './data-folder.ts';
import { DATA_FILE } from './environment.ts';
import { checkDataFile } from './file-check.ts';
import { openLmdbStore } from './lmdb-store.ts';
import { ownFolder, visitOwner } from './ownership.ts';

/**
 * Copies a store, whether a process runs on it or not, to a folder that is a data folder itself. Everything that was
 * answered before is in it.
 *
 * @throws MusterError `data-folder`, `not-empty`, `bad-file` or `store-unavailable`
 */
export async function backUpLmdbStore(folder: string, backup: string, clock: Clock): Promise<void> {
  const from = resolve(folder);
  const to = resolve(backup);
  assertStore(from);
  const isNew = makeBackupFolder(to);
  try {
    const path = join(to, NEW_DATA_FILE);
    const owner = await visitOwner(from);
    if (owner === undefined) await copyStopped(from, path, clock);
    else await receiveBackup(owner, path);
    await checkDataFile(to, NEW_DATA_FILE);
    completeNewData(to);
  } catch (error) {
    removeNewData(to);
    if (isNew) rmdirSync(to);
    throw isMusterError(error) ? error : moveError(`cannot make the backup ${to}`, error);
  }
}

async function copyStopped(folder: string, path: string, clock: Clock): Promise<void> {
  await using store = await openLmdbStore({ folder, clock, mustExist: true });
  const copy = await store.copyData();
  try {
    await copyNew(copy.path, path);
  } finally {
    copy.remove();
  }
}

/** Answers whether the folder was made. */
function makeBackupFolder(folder: string): boolean {
  let isNew: boolean;
  try {
    isNew = mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined;
    if (readdirSync(folder).length === 0) return isNew;
  } catch (error) {
    throw moveError(`cannot make the backup ${folder}`, error);
  }
  throw new MusterError('not-empty', `${folder} holds something already, and nothing is written over`, {
    remedy: 'Name a folder for the backup that does not exist yet.',
  });
}

/**
 * Makes a data folder out of a backup, or out of a data folder that no process runs on.
 *
 * @throws MusterError `data-folder`, `not-empty` or `bad-file`
 */
export async function restoreLmdbStore(backup: string, folder: string): Promise<void> {
  const from = resolve(backup);
  const to = resolve(folder);
  try {
    assertStore(from);
    assertFormat(from);
    hasData(from);
    await assertUnused(from);
    assertNoStore(to);
    prepareFolder(to);
    const ownership = await ownFolder(to);
    try {
      // Somebody may have begun one at the same moment.
      assertNoStore(to);
      await fillFolder(from, to);
    } finally {
      await ownership.release();
    }
  } catch (error) {
    throw isMusterError(error) ? error : moveError(`cannot restore ${from} to ${to}`, error);
  }
}

async function fillFolder(from: string, to: string): Promise<void> {
  const clear = (): void => {
    removeNewData(to);
    for (const name of JOURNAL_FILES) rmSync(join(to, name), { force: true });
  };
  // An earlier try may have been interrupted.
  clear();
  try {
    await copyNew(join(from, DATA_FILE), join(to, NEW_DATA_FILE));
    // Where a process was killed, they hold what the data file lacks.
    for (const name of JOURNAL_FILES) {
      if (existsSync(join(from, name))) await copyNew(join(from, name), join(to, name));
    }
    await checkDataFile(to, NEW_DATA_FILE);
    completeNewData(to);
  } catch (error) {
    clear();
    throw error;
  }
}

async function assertUnused(folder: string): Promise<void> {
  const owner = await visitOwner(folder);
  owner?.destroy();
  if (owner === undefined) return;
  throw new MusterError('data-folder', `a Muster runs on ${folder}, so its files change`, {
    remedy: 'Make a backup of it with "muster backup" and restore that.',
  });
}

/** Copies a file to a new one, which is on the disk then. */
async function copyNew(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL);
  const file = await open(to, 'r+');
  try {
    await file.chmod(0o600);
    await file.sync();
  } finally {
    await file.close();
  }
}

function assertNoStore(folder: string): void {
  if (!existsSync(join(folder, FORMAT_FILE))) return;
  throw new MusterError('not-empty', `there is a store in ${folder} already, and nothing is written over`, {
    remedy: 'Restore to a folder that does not exist yet, or move the store in this one away.',
  });
}

function moveError(what: string, cause: unknown): MusterError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new MusterError('bad-file', `${what}: ${code}`, {
    remedy: 'Check the names, who may write there, and that the disk has room.',
    cause,
  });
}
