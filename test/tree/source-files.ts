import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { repositoryRoot } from '../support/repository.ts';

/** One file below `src/`, by its path from there, with what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Paths from `src/` of the files of ours. */
  readonly imports: readonly string[];
  /** Names of packages and of Node's modules. */
  readonly packages: readonly string[];
}

const IMPORT = /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm;

/** Every source file that was written here: tests and generated code aside. */
export function readSourceFiles(): SourceFile[] {
  const root = `${repositoryRoot}src`;
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.endsWith('_pb.ts'))
    .sort()
    .map((path) => readSourceFile(root, path));
}

function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8');
  const names = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  return {
    path,
    text,
    imports: names.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(path), name))),
    packages: names.filter((name) => !name.startsWith('.')),
  };
}
