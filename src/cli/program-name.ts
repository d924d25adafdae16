import { realpathSync } from 'node:fs';
import { basename, delimiter, isAbsolute, join, relative } from 'node:path';
import type { Environment } from '../server/settings.ts';

/** How a person runs a program again from where they are: by its name where the PATH has it, else by its path. */
export function nameOfProgram(file: string, { PATH = '' }: Environment): string {
  const name = basename(file);
  const isOnPath = PATH.split(delimiter).some((folder) => isSame(join(folder, name), file));
  if (isOnPath) return name;
  const way = relative('', file);
  if (way.startsWith('..') || isAbsolute(way)) return file;
  return way.includes('/') ? way : `./${way}`;
}

function isSame(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}
