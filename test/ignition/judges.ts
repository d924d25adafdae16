import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { type IgnitionPeer, peerDir } from '../support/peers.ts';
import { repositoryRoot } from '../support/repository.ts';

/** An entry of a real report. Those of the 2.x line have no path. */
export interface JudgeEntry {
  readonly kind: 'error' | 'warning' | 'info' | 'deprecated';
  readonly message: string;
  readonly path?: string;
  readonly line: number;
  readonly column: number;
}

/** What a real Ignition says of a document. */
export interface Verdict {
  readonly accepted: boolean;
  /** Why it is refused, where the entries do not say so. */
  readonly reason?: string;
  readonly entries: readonly JudgeEntry[];
}

/** Asks one of the programs of test/peers about many documents at once. */
export function judgeAll(
  peer: Exclude<IgnitionPeer, 'ignition-2.14'>,
  documents: readonly string[],
): Verdict[] {
  const output = execFileSync(`${peerDir(peer)}/ignition-validate`, {
    input: documents.map((document) => `${JSON.stringify(document)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  return output
    .trimEnd()
    .split('\n')
    .map((line): Verdict => JSON.parse(line));
}

/** What Debian's `ignition-validate` says: its exit code, and all that it prints. */
export function askDebian(document: string): { readonly isAccepted: boolean; readonly output: string } {
  const program = `${peerDir('ignition-2.14')}/ignition-validate`;
  const { status, stdout, stderr } = spawnSync(program, ['-'], { input: document, encoding: 'utf8' });
  if (status === null) throw new Error('ignition-validate was ended by a signal');
  return { isAccepted: status === 0, output: `${stdout}${stderr}` };
}

/** A document of the corpus: valid, with every section and key of its spec. */
export interface CorpusDocument {
  /** Such as `3.3.0`. */
  readonly version: string;
  readonly text: string;
}

const corpusDir = `${repositoryRoot}test/ignition/corpus`;

/** The documents of the corpus, by spec. */
export function readCorpus(): CorpusDocument[] {
  return readdirSync(corpusDir)
    .sort()
    .map((name) => ({
      version: name.replace(/\.ign$/, ''),
      text: readFileSync(`${corpusDir}/${name}`, 'utf8'),
    }));
}
