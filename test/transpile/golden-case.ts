import { readdirSync, readFileSync } from 'node:fs';
import { repositoryRoot } from '../support/repository.ts';

/** A configuration with what must come of it. */
export interface GoldenCase {
  /** Its path below `test/transpile/cases/`, without the ending. */
  readonly name: string;
  /** In `args` and in `stderr`, `FILES` stands for the folder with the files of the case. */
  readonly args: readonly string[];
  readonly input: string;
  /** Files for `contents.local`, by their paths. */
  readonly files: ReadonlyMap<string, string>;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const ROOT = `${repositoryRoot}test/transpile/cases/`;
const PART = /^-- (args|in\.yaml|stdout|stderr|exit|files\/\S+) --\n/gm;

/** Every case, in the order of their names. */
export function readGoldenCases(): GoldenCase[] {
  return readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.txt'))
    .sort()
    .map((path) => parseCase(path.replace(/\.txt$/, ''), readFileSync(ROOT + path, 'utf8')));
}

/**
 * Takes a file of a case apart. Text in front of the first part says what the case is about. Parts that are missing
 * are empty; without `-pretty` Ignition is one line that ends without a newline.
 */
function parseCase(name: string, text: string): GoldenCase {
  const marks = [...text.matchAll(PART)];
  const parts = new Map<string, string>();
  for (const [index, mark] of marks.entries()) {
    const [whole, part = ''] = mark;
    parts.set(part, text.slice(mark.index + whole.length, marks[index + 1]?.index));
  }
  const args = (parts.get('args') ?? '').split(/\s+/).filter((arg) => arg !== '');
  const stdout = parts.get('stdout') ?? '';
  const files = [...parts].filter(([part]) => part.startsWith('files/'));
  return {
    name,
    args,
    input: parts.get('in.yaml') ?? '',
    files: new Map(files.map(([part, content]) => [part.slice('files/'.length), content])),
    stdout: args.includes('-pretty') || args.includes('butane') ? stdout : stdout.replace(/\n$/, ''),
    stderr: parts.get('stderr') ?? '',
    code: Number(parts.get('exit') ?? '0'),
  };
}
