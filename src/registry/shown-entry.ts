import type { Entry, Operation } from '../store/store.ts';
import type { WriteAction } from './note.ts';

/** A key as readers are shown it. */
export interface ShownEntry {
  readonly entry: Entry;
  /**
   * The end that the key's writer asked for, in milliseconds since the Unix epoch; undefined where none was.
   * The entry's own end may differ from it: every key ends with its token.
   */
  readonly expiresAt: number | undefined;
}

/** What a write of a key came to. */
export interface WriteOutcome {
  /** `created`: a new key. `replaced`: a new value. `repeated`: nothing changed, the first answer stands. */
  readonly kind: 'created' | 'replaced' | 'repeated';
  /** What kind of write made the value that stands now. */
  readonly action: WriteAction;
  /** The key after the write, which is known as soon as the write has its revision. */
  readonly shownAt: (revision: number) => ShownEntry;
  /** The key before it was replaced. */
  readonly previous: ShownEntry | undefined;
  /** This registration took the last free slot. */
  readonly completed: boolean;
}

/** The entry that a put makes of a key when it is committed at a revision, counted as etcd counts. */
export function entryOfPut(
  put: Extract<Operation, { type: 'put' }>,
  previous: Entry | undefined,
  revision: number,
): Entry {
  const { key, value, expiresAt } = put;
  return {
    key,
    value,
    createRevision: previous?.createRevision ?? revision,
    modRevision: revision,
    version: (previous?.version ?? 0) + 1,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
