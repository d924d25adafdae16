import { statfs } from 'node:fs/promises';
import { MusterError } from '../../errors.ts';

/** Below this much room a disk counts as full: a small commit writes some ten pages. */
const ROOM_MIN_BYTES = 256 * 1024;

/** Whether the disk of `folder` has room for a batch of so many bytes. */
export async function hasRoom(folder: string, batchBytes: number): Promise<boolean> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize >= ROOM_MIN_BYTES + 4 * batchBytes;
}

/** What to tell those whose writes failed with `cause`. The error code of LMDB is no guide: the disk is asked. */
export async function writeError(folder: string, batchBytes: number, cause: unknown): Promise<MusterError> {
  const full =
    /no space|quota/i.test(String(cause)) || !(await hasRoom(folder, batchBytes).catch(() => true));
  if (!full) {
    return new MusterError('store-unavailable', 'the store cannot write to its disk', {
      remedy: 'Look into the log for the reason; what is stored can still be read.',
      retryAfterSeconds: 5,
      cause,
    });
  }
  return new MusterError('store-unavailable', 'the disk of the store is full', {
    remedy: 'Make room on it; the store goes on by itself, and what is stored can still be read.',
    retryAfterSeconds: 5,
    cause,
  });
}
