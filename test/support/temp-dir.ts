import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for one test, removed with all it holds when disposed of. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

/** Creates an empty folder: `await using dir = await createTempDir()`. */
export async function createTempDir(): Promise<TempDir> {
  const path = await mkdtemp(join(tmpdir(), 'muster-test-'));
  return {
    path,
    // A program that was killed a moment ago may still be creating files in it.
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}
