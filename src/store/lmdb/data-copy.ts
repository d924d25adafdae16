import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DATA_FILE } from './environment.ts';

/** Folders that copies are made in begin with this. */
const COPY_FOLDER = 'copy-';

/** A copy of the data file, until it is removed. */
export interface DataCopy {
  readonly path: string;
  readonly bytes: number;
  remove(): void;
}

/** @param copy makes the file, which LMDB gives to everybody: hence a folder of its own for it, which is ours alone */
export async function makeDataCopy(folder: string, copy: (path: string) => Promise<void>): Promise<DataCopy> {
  const place = mkdtempSync(join(folder, COPY_FOLDER));
  const remove = (): void => rmSync(place, { recursive: true, force: true });
  try {
    const path = join(place, DATA_FILE);
    await copy(path);
    return { path, bytes: statSync(path).size, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Removes what a process that was killed left. */
export function removeDataCopies(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith(COPY_FOLDER)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
