import { mkdtempSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder for one test, removed with all it holds when disposed of. */
export interface TempDir extends AsyncDisposable {
  readonly path: string;
}

const PREFIX = join(tmpdir(), 'muster-test-');

/** Creates an empty folder that is removed at the end of its scope: `await using dir = await createTempDir()`. */
export async function createTempDir(): Promise<TempDir> {
  const path = await mkdtemp(PREFIX);
  return { path, [Symbol.asyncDispose]: () => remove(path) };
}

/** Creates an empty folder that is removed when the test has ended, with the other things that wait for its end. */
export function temporaryFolder(context: TestContext): string {
  const path = mkdtempSync(PREFIX);
  context.after(() => remove(path));
  return path;
}

/** A program that was killed a moment ago may still be creating files in it. */
function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}
