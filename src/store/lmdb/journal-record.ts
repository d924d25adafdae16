import { crc32 } from 'node:zlib';

/**
 * The records of a journal file stand one after the other. Numbers are little-endian.
 *
 *     checksum (4 bytes), length of the whole record (4), revision before (6), revision after (6), row changes
 *
 * The checksum covers all that follows it, and begins with the id of the store: a journal beside the data of another
 * store says nothing. A record continues the one before it by its revision, which tells it from what an earlier use of
 * the file has left behind.
 */
const HEAD_BYTES = 20;
const REVISION_BYTES = 6;

/** One batch of commits. */
export interface JournalRecord {
  /** The store's revision that the batch was made on. */
  readonly before: number;
  /** The store's revision with the batch. */
  readonly after: number;
  /** See `RowChanges.format`. */
  readonly changes: Buffer;
  /** Where the record ends in its file. */
  readonly end: number;
}

function checksumOf(clusterId: string, record: Buffer): number {
  return crc32(record.subarray(4), crc32(clusterId));
}

export function formatRecord(clusterId: string, before: number, after: number, changes: ArrayBuffer): Buffer {
  const record = Buffer.allocUnsafe(HEAD_BYTES + changes.byteLength);
  record.writeUInt32LE(record.length, 4);
  record.writeUIntLE(before, 8, REVISION_BYTES);
  record.writeUIntLE(after, 8 + REVISION_BYTES, REVISION_BYTES);
  record.set(new Uint8Array(changes), HEAD_BYTES);
  record.writeUInt32LE(checksumOf(clusterId, record), 0);
  return record;
}

/** The records at the start of a file that are whole and follow each other: what comes after them never was. */
export function parseRecords(clusterId: string, file: Buffer): JournalRecord[] {
  const records: JournalRecord[] = [];
  let start = 0;
  while (start + HEAD_BYTES <= file.length) {
    const end = start + file.readUInt32LE(start + 4);
    if (end <= start + HEAD_BYTES || end > file.length) break;
    const record = file.subarray(start, end);
    if (record.readUInt32LE(0) !== checksumOf(clusterId, record)) break;
    const before = record.readUIntLE(8, REVISION_BYTES);
    const after = record.readUIntLE(8 + REVISION_BYTES, REVISION_BYTES);
    const previous = records.at(-1);
    if (after <= before || (previous !== undefined && previous.after !== before)) break;
    records.push({ before, after, changes: record.subarray(HEAD_BYTES), end });
    start = end;
  }
  return records;
}
