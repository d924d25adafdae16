import { readFileSync } from 'node:fs';
import { repositoryRoot } from '../support/repository.ts';

/** Logs of real programs, one file a version and dialect. */
export const LOGS: string = `${repositoryRoot}test/doctor/logs/`;

/** A part of a recorded log, with what it says: `id:severity`, in the order in which it first says so. */
export interface Situation {
  readonly name: string;
  readonly said: readonly string[];
  readonly lines: readonly string[];
}

/** The situations in one of the files. Each begins with `# name -> id:severity ...`. */
export function readSituations(file: string): Situation[] {
  const parts = readFileSync(`${LOGS}${file}`, 'utf8').split(/^# /m).slice(1);
  return parts.map((part) => {
    const [head = '', ...lines] = part.trimEnd().split('\n');
    const [name = '', said = ''] = head.split(' -> ');
    return { name, said: said.split(' '), lines };
  });
}
