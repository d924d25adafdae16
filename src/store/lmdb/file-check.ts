import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { damaged } from './data-folder.ts';
import { DATA_FILE } from './environment.ts';

/**
 * The layout of LMDB's two meta pages, which begin the file: struct MDB_meta in
 * kriszyp/lmdb-js:dependencies/lmdb/libraries/liblmdb/mdb.c, behind a page header of 24 bytes.
 */
const META = { magic: 24, pageSize: 48, lastPage: 144, transaction: 152, bytes: 160 } as const;
const MAGIC = 0xbeefc0de;

/**
 * LMDB may leave the last pages of a transaction unwritten when it freed them again, so a file may be
 * somewhat shorter than its meta page says. Beyond this it was cut off.
 */
const SHORTFALL_MAX_BYTES = 1024 * 1024;

/** How long the child may take before the file counts as unreadable. */
const CHILD_TIMEOUT_MS = 60_000;

/** How much of the file is walked: `part` takes well under a second, whatever the size of the file. */
export type Extent = 'part' | 'all';

/**
 * Throws `data-folder` when the data file is cut off or overwritten. Reading such a file through LMDB ends
 * the process with SIGBUS or SIGSEGV, so a child process reads it first.
 */
export async function checkDataFile(folder: string, name: string = DATA_FILE): Promise<void> {
  const extent = checkMetaPages(folder, name);
  const script = fileURLToPath(new URL(`./file-walk${extname(import.meta.url)}`, import.meta.url));
  const child = spawn(process.execPath, [script, folder, extent, name], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: CHILD_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let report = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    report = `${report}${text}`.slice(-4096);
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return;
  throw damaged(folder, `${name} cannot be read (${signal ?? `exit ${code}`})`, new Error(report));
}

/** Checks what the meta pages say against the size of the file; answers how much of it must be walked. */
function checkMetaPages(folder: string, name: string): Extent {
  const file = openSync(join(folder, name), 'r');
  try {
    const { size } = fstatSync(file);
    const meta = Buffer.alloc(META.bytes);
    if (readSync(file, meta, 0, META.bytes, 0) < META.bytes) {
      throw damaged(folder, `${name} is cut off (${size} bytes)`);
    }
    const pageSize = meta.readUInt32LE(META.pageSize);
    const other = Buffer.alloc(META.bytes);
    const read = readSync(file, other, 0, META.bytes, pageSize);
    const pages = read < META.bytes ? [meta] : [meta, other];
    if (read < META.bytes || pages.some((page) => page.readUInt32LE(META.magic) !== MAGIC)) {
      throw damaged(folder, `${name} does not begin as an LMDB file does`);
    }
    const newest = pages.reduce((a, b) =>
      b.readBigUInt64LE(META.transaction) > a.readBigUInt64LE(META.transaction) ? b : a,
    );
    const shouldHave = (Number(newest.readBigUInt64LE(META.lastPage)) + 1) * pageSize;
    if (shouldHave - size > SHORTFALL_MAX_BYTES) {
      throw damaged(folder, `${name} is cut off (${size} of ${shouldHave} bytes)`);
    }
    return size < shouldHave ? 'all' : 'part';
  } finally {
    closeSync(file);
  }
}
