import { readFileSync, realpathSync } from 'node:fs';
import { posix, sep } from 'node:path';
import type { LocalFiles } from '../transpile/public.ts';

/** What Go says where Node has a code. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ELOOP: 'too many levels of symbolic links',
  ENAMETOOLONG: 'file name too long',
  ENOENT: 'no such file or directory',
  ENOSPC: 'no space left on device',
  ENOTDIR: 'not a directory',
  EROFS: 'read-only file system',
};

/** Why a file could not be had, in Go's words: `open x: no such file or directory`. */
export function systemProblem(error: unknown, path: string): { call: string; text: string } {
  const { code = '', syscall = 'open' } = error as NodeJS.ErrnoException;
  const call = syscall === 'read' || syscall === 'write' ? syscall : 'open';
  return { call, text: `${call} ${path}: ${MEANINGS[code] ?? code}` };
}

/**
 * The files of a folder, for `contents.local`.
 *
 * @param isConfined whether what is outside of the folder, also behind a link, is refused
 */
export function openLocalFiles(folder: string, isConfined: boolean): LocalFiles {
  return {
    read(name) {
      const path = posix.join(folder, name).replace(/(?<=.)\/$/, '');
      try {
        if (isConfined && !isInside(folder, path)) return `${path} is outside of ${folder}`;
        return readFileSync(path);
      } catch (error) {
        return systemProblem(error, path).text;
      }
    },
  };
}

function isInside(folder: string, path: string): boolean {
  const root = realpathSync(folder);
  return realpathSync(path).startsWith(root.endsWith(sep) ? root : `${root}${sep}`);
}
