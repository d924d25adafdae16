import type { Decision, Operation } from '../store/store.ts';
import { noteKey } from './keys.ts';
import { formatNote, type Note } from './note.ts';
import { entryOfPut, type ShownEntry, type WriteOutcome } from './shown-entry.ts';

/** A write of a member's key or of the election's that was found good. */
export interface KeyWrite {
  readonly key: string;
  readonly text: string;
  /** When the store removes the key: milliseconds since the Unix epoch. */
  readonly expiresAt: number;
  readonly note: Note;
  /** The key as it was, where it was there. */
  readonly previous: ShownEntry | undefined;
  readonly completed: boolean;
}

const encoder = new TextEncoder();

/** The value and its note are written together, and end together. */
export function decideWrite(write: KeyWrite): Decision<WriteOutcome> {
  const { key, text, expiresAt, note, previous, completed } = write;
  const put: Extract<Operation, { type: 'put' }> = {
    type: 'put',
    key,
    value: encoder.encode(text),
    expiresAt,
  };
  return {
    operations: [put, { type: 'put', key: noteKey(key), value: formatNote(note), expiresAt }],
    outcome: {
      kind: previous === undefined ? 'created' : 'replaced',
      action: note.action,
      shownAt: (revision) => ({
        entry: entryOfPut(put, previous?.entry, revision),
        expiresAt: note.expiresAt,
      }),
      previous,
      completed,
    },
  };
}
