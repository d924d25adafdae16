import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { MusterError } from '../../errors.ts';
import { DATA_FILE } from './environment.ts';
import { OWNER_SOCKET } from './ownership.ts';

/** Says what the folder is, to people and to every version of Muster, before LMDB opens anything. */
export const FORMAT_FILE = 'FORMAT';
const FORMAT = 2;

/** Where a new data file is made; it gets its name when it is complete. */
export const NEW_DATA_FILE = 'new.mdb';

/** Room for 255 readers, and more than LMDB's own default. */
const LOCK_FILE_BYTES = 16_384;

/** The files that hold what is not in the data file yet. */
export const JOURNAL_FILES = ['journal.0', 'journal.1'] as const;

/** What a folder may hold and still count as empty: what we leave when we are interrupted, and file systems. */
const NOT_FOREIGN = [NEW_DATA_FILE, OWNER_SOCKET, `${FORMAT_FILE}.`, 'journal.', 'lost+found'];

/** Makes the folder where it is missing, and throws `data-folder` where it cannot be used. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
  if (existsSync(join(folder, FORMAT_FILE))) {
    assertFormat(folder);
    return;
  }
  const foreign = readdirSync(folder).find((name) => !NOT_FOREIGN.some((ours) => name.startsWith(ours)));
  if (foreign === undefined) return;
  throw new MusterError(
    'data-folder',
    `${folder} is not a data folder of Muster: it holds "${foreign}" and no file ${FORMAT_FILE}`,
    { remedy: 'Name an empty or a new folder as the data folder.' },
  );
}

/** Throws `data-folder` where the folder is no store, or is not there. */
export function assertStore(folder: string): void {
  if (existsSync(join(folder, FORMAT_FILE))) return;
  throw new MusterError('data-folder', `there is no store of Muster in ${folder}`, {
    remedy: 'Check the name of the folder, which holds a file FORMAT where it is one.',
  });
}

/** Whether the folder holds data; false for a new one. Throws `data-folder` when the data file is gone. */
export function hasData(folder: string): boolean {
  if (!existsSync(join(folder, FORMAT_FILE))) return false;
  const file = join(folder, DATA_FILE);
  // Interrupted between the last two steps of `completeNewData`: the new file is whole.
  if (!existsSync(file) && existsSync(join(folder, NEW_DATA_FILE))) finishNewData(folder);
  if (existsSync(file)) return true;
  throw damaged(folder, `${DATA_FILE} is missing`);
}

/** Removes what an interrupted start left of a data file. */
export function removeNewData(folder: string): void {
  rmSync(join(folder, NEW_DATA_FILE), { force: true });
  rmSync(join(folder, `${NEW_DATA_FILE}-lock`), { force: true });
}

/**
 * Declares the new data file, which is flushed and closed, to be the data of the folder. Whatever interrupts
 * this, the folder is either still empty or complete.
 */
export function completeNewData(folder: string): void {
  const temporary = join(folder, `${FORMAT_FILE}.new`);
  writeFileSync(temporary, `${JSON.stringify({ store: 'lmdb', format: FORMAT })}\n`, { flush: true });
  renameSync(temporary, join(folder, FORMAT_FILE));
  flushFolder(folder);
  finishNewData(folder);
}

function finishNewData(folder: string): void {
  renameSync(join(folder, NEW_DATA_FILE), join(folder, DATA_FILE));
  flushFolder(folder);
  removeNewData(folder);
}

/**
 * Gives LMDB's lock file the room that it needs. LMDB makes it with holes and writes it through a map of
 * memory, which on a full disk ends the process with SIGBUS.
 */
export function allocateLockFile(folder: string, file: string): void {
  const path = join(folder, `${file}-lock`);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats !== undefined && stats.size > 0 && stats.blocks * 512 >= stats.size) return;
  // Only the owner of the folder comes here, so nobody uses the file that is replaced.
  rmSync(path, { force: true });
  writeFileSync(path, Buffer.alloc(LOCK_FILE_BYTES), { mode: 0o600 });
}

/** Makes the names in a folder durable. */
export function flushFolder(folder: string): void {
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Throws `data-folder` unless this version of Muster can read what is in the folder. */
export function assertFormat(folder: string): void {
  let format: unknown;
  try {
    format = JSON.parse(readFileSync(join(folder, FORMAT_FILE), 'utf8'));
  } catch (error) {
    throw damaged(folder, `${FORMAT_FILE} cannot be read`, error);
  }
  const version = formatVersion(format);
  if (version === undefined) throw damaged(folder, `${FORMAT_FILE} does not say what the folder holds`);
  if (version === FORMAT) return;
  throw new MusterError(
    'data-folder',
    `the data folder ${folder} has format ${version}, and this version of Muster knows format ${FORMAT}`,
    { remedy: 'Start the version of Muster that made it, or a newer one.' },
  );
}

function formatVersion(format: unknown): number | undefined {
  if (typeof format !== 'object' || format === null) return undefined;
  const { store, format: version } = format as Record<string, unknown>;
  return store === 'lmdb' && typeof version === 'number' ? version : undefined;
}

export function notWritable(folder: string, cause: unknown): MusterError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (/no space|ENOSPC|quota/i.test(reason)) {
    return new MusterError('data-folder', `the disk of the data folder ${folder} is full`, {
      remedy: 'Make room on it and start again.',
      cause,
    });
  }
  return new MusterError('data-folder', `the data folder ${folder} cannot be written: ${reason}`, {
    remedy: 'Give the user that Muster runs as the right to write there, or name another folder.',
    cause,
  });
}

export function damaged(folder: string, reason: string, cause?: unknown): MusterError {
  return new MusterError('data-folder', `the data folder ${folder} is damaged: ${reason}`, {
    remedy: 'Restore the folder from a backup, or move it away to begin with an empty one.',
    cause,
  });
}
