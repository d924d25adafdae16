import { join } from 'node:path';
import { damaged, flushFolder, JOURNAL_FILES } from './data-folder.ts';
import type { Segment, Segments } from './journal.ts';
import { JournalFile } from './journal-file.ts';
import { type JournalRecord, parseRecords } from './journal-record.ts';
import { Overlay } from './overlay.ts';

/** Opens the two files of the journal, and makes them where they are missing: nothing was in them then. */
export async function openJournalFiles(
  folder: string,
  firstBytes: number,
): Promise<[JournalFile, JournalFile]> {
  const [first, second] = JOURNAL_FILES;
  const files: [JournalFile, JournalFile] = [
    await JournalFile.open(join(folder, first)),
    await JournalFile.open(join(folder, second)),
  ];
  // On a full disk what is stored can be read at least; they grow later.
  for (const file of files) await file.grow(firstBytes).catch(() => {});
  flushFolder(folder);
  return files;
}

/** Where the journal is, and what it goes on from. */
export interface RecoveryOptions {
  readonly folder: string;
  readonly files: readonly [JournalFile, JournalFile];
  readonly clusterId: string;
  /** The revision of the data file. */
  readonly appliedRevision: number;
}

interface Found {
  readonly file: JournalFile;
  readonly records: readonly JournalRecord[];
  readonly before: number;
  readonly after: number;
}

/**
 * Reads what the journal holds beyond the data file. Writes nothing, so it may be interrupted and done again. Throws
 * `data-folder` when records are missing between the data file and the journal.
 */
export async function recoverJournal(options: RecoveryOptions): Promise<Segments> {
  const { folder, files, clusterId, appliedRevision } = options;
  const found: Found[] = [];
  for (const file of files) {
    const records = parseRecords(clusterId, await file.read());
    const before = records[0]?.before ?? 0;
    const after = records.at(-1)?.after ?? 0;
    // What the data file holds already was left behind by an earlier use of the file.
    if (after > appliedRevision) found.push({ file, records, before, after });
  }
  found.sort((a, b) => a.before - b.before);
  let revision = appliedRevision;
  const segments: Segment[] = [];
  for (const { file, records, before, after } of found) {
    const next = records.filter((record) => record.before >= revision);
    if (next[0]?.before !== revision) {
      throw damaged(
        folder,
        `revisions ${revision + 1} to ${next[0]?.before ?? before} are missing in its journal`,
      );
    }
    const overlay = new Overlay();
    for (const { changes } of next) overlay.add(changes);
    file.continueAt(records.at(-1)?.end ?? 0);
    segments.push({ file, overlay, revision: after });
    revision = after;
  }
  const [first, second] = segments;
  if (second !== undefined) return { full: first, active: second };
  return { full: undefined, active: first ?? { file: files[0], overlay: new Overlay(), revision } };
}
