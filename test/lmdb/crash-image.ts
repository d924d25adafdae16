import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from '../support/temp-dir.ts';

export const JOURNAL_FILES = ['journal.0', 'journal.1'] as const;

/** A copy of a data folder in use, as a crash at this moment would leave it. No checkpoint may be under way. */
export function crashImage(t: TestContext, folder: string): string {
  const image = temporaryFolder(t);
  for (const name of ['FORMAT', 'data.mdb', ...JOURNAL_FILES]) {
    if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(image, name));
  }
  return image;
}
