import { join } from 'node:path';
import { type Database, open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb';

/** The file in the data folder that holds everything. */
export const DATA_FILE = 'data.mdb';

/**
 * Address space for the file, not memory and not disk: so large that the map is never moved while a reader
 * is in it.
 */
const MAP_BYTES = 2 ** 38;

export type Rows = Database<Uint8Array, Uint8Array>;

/** The tables, by the number that a row change names them with. See `rows.ts` for what a row looks like. */
export const TABLES = ['entries', 'history', 'due', 'meta'] as const;
export type Table = (typeof TABLES)[number];

/** One LMDB environment: opened once by the main thread and once by the writer thread of a process. */
export interface Environment extends Record<Table, Rows> {
  readonly root: RootDatabase<Uint8Array, Uint8Array>;
}

/** Opens `file` in `folder`; `readOnly` changes nothing, not even to make a table that is missing. */
export function openEnvironment(folder: string, file: string, readOnly = false): Environment {
  const options: RootDatabaseOptionsWithPath & { permissionsMode: number } = {
    path: join(folder, file),
    noSubdir: true,
    readOnly,
    // With overlapping sync a reader sees what is not flushed yet, and a failed flush is never reported.
    overlappingSync: false,
    mapSize: MAP_BYTES,
    maxDbs: TABLES.length,
    keyEncoding: 'binary',
    encoding: 'binary',
    // Not in the types of lmdb. Hashes of secrets are stored, and the folder may be open to others.
    permissionsMode: 0o600,
  };
  const root = open<Uint8Array, Uint8Array>(options);
  const rows = (name: Table): Rows => {
    const table = root.openDB({ name, keyEncoding: 'binary', encoding: 'binary' });
    // In read-only mode a table that is not there comes back as undefined, whatever the types say.
    if (table === undefined) throw new Error(`the table "${name}" is missing`);
    return table;
  };
  return {
    root,
    entries: rows('entries'),
    history: rows('history'),
    due: rows('due'),
    meta: rows('meta'),
  };
}
