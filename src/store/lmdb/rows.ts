/**
 * What the rows of the tables look like. Numbers are big-endian, so that rows are in the order of their
 * numbers. Revisions, versions and times take 6 bytes.
 *
 *     entries  <token>/<key>              -> a put row: the key as it is now
 *     history  <token>/<revision><key>    -> a put row that was superseded, or a delete row
 *     due      <time><token>              -> nothing: some key of the token expires at this time
 *     meta     "clusterId" | "state"      -> 16 hex digits | <revision><number of keys>
 *
 * The newest event of a key that is there is not in the history: it is the entry itself, as of its mod
 * revision. So a registration writes one row, and history costs a row only for what is overwritten or deleted.
 * Each row names the revision of what it replaced, where the history has that row.
 */
import type { Entry } from '../store.ts';
import type { Table } from './environment.ts';

const NUMBER_BYTES = 6;
const HEADER_BYTES = 1 + NUMBER_BYTES + 4;
const PUT_BYTES = HEADER_BYTES + 3 * NUMBER_BYTES;
const FLAG_DELETE = 1;
const FLAG_EXPIRED = 2;
const FLAG_EXPIRES = 4;

/** Where an event stands beside its entry: its place in its commit, and what it replaced (0: nothing). */
export interface EventPlace {
  readonly sequence: number;
  readonly previousRevision: number;
}

function view(row: Uint8Array): Buffer {
  // LMDB gives buffers; another view of each would cost more than all that is read from it.
  if (row instanceof Buffer) return row;
  return Buffer.from(row.buffer, row.byteOffset, row.byteLength);
}

export function entryKey(token: string, key: string): Buffer {
  return Buffer.from(`${token}/${key}`);
}

/** The bounds of the rows of a token, in `entries` and in `history`: from `start` to below `end`. */
export function tokenBounds(token: string): { start: Buffer; end: Buffer } {
  // The character after "/" is "0".
  return { start: Buffer.from(`${token}/`), end: Buffer.from(`${token}0`) };
}

/** The token that a row is about, whose key stands in a block from `start` to `end`; undefined for `meta`. */
export function tokenOfKey(table: Table, block: Buffer, start: number, end: number): string | undefined {
  if (table === 'meta') return undefined;
  if (table === 'due') return block.toString('utf8', start + NUMBER_BYTES, end);
  return block.toString('utf8', start, block.indexOf('/', start));
}

/** The token of a row in `entries`. */
export function tokenOfEntry(row: Uint8Array): string {
  const bytes = view(row);
  return bytes.toString('utf8', 0, bytes.indexOf('/'));
}

/** The key of the token's row, without the token. */
export function keyOfEntry(token: string, row: Uint8Array): string {
  return view(row).toString('utf8', Buffer.byteLength(token) + 1);
}

export function historyKey(token: string, revision: number, key: string): Buffer {
  const start = Buffer.byteLength(token) + 1;
  const row = Buffer.allocUnsafe(start + NUMBER_BYTES + Buffer.byteLength(key));
  row.write(`${token}/`);
  row.writeUIntBE(revision, start, NUMBER_BYTES);
  row.write(key, start + NUMBER_BYTES);
  return row;
}

export function parseHistoryKey(token: string, row: Uint8Array): { revision: number; key: string } {
  const bytes = view(row);
  const start = Buffer.byteLength(token) + 1;
  return {
    revision: bytes.readUIntBE(start, NUMBER_BYTES),
    key: bytes.toString('utf8', start + NUMBER_BYTES),
  };
}

/** A row of the index by time. */
export interface Due {
  readonly dueAt: number;
  readonly token: string;
}

export function dueKey(dueAt: number, token: string): Buffer {
  const row = Buffer.allocUnsafe(NUMBER_BYTES + Buffer.byteLength(token));
  row.writeUIntBE(dueAt, 0, NUMBER_BYTES);
  row.write(token, NUMBER_BYTES);
  return row;
}

/** The first key that is due after `time`. */
export function dueAfter(time: number): Buffer {
  const row = Buffer.alloc(NUMBER_BYTES);
  row.writeUIntBE(Math.max(time + 1, 0), 0, NUMBER_BYTES);
  return row;
}

export function parseDueKey(row: Uint8Array): Due {
  const bytes = view(row);
  return { dueAt: bytes.readUIntBE(0, NUMBER_BYTES), token: bytes.toString('utf8', NUMBER_BYTES) };
}

function writeHeader(row: Buffer, flags: number, place: EventPlace): void {
  row[0] = flags;
  row.writeUIntBE(place.previousRevision, 1, NUMBER_BYTES);
  row.writeUInt32BE(place.sequence, 1 + NUMBER_BYTES);
}

export function formatPut(entry: Entry, place: EventPlace): Buffer {
  const { expiresAt, value } = entry;
  const start = expiresAt === undefined ? PUT_BYTES : PUT_BYTES + NUMBER_BYTES;
  const row = Buffer.allocUnsafe(start + value.length);
  writeHeader(row, expiresAt === undefined ? 0 : FLAG_EXPIRES, place);
  row.writeUIntBE(entry.createRevision, HEADER_BYTES, NUMBER_BYTES);
  row.writeUIntBE(entry.modRevision, HEADER_BYTES + NUMBER_BYTES, NUMBER_BYTES);
  row.writeUIntBE(entry.version, HEADER_BYTES + 2 * NUMBER_BYTES, NUMBER_BYTES);
  if (expiresAt !== undefined) row.writeUIntBE(expiresAt, PUT_BYTES, NUMBER_BYTES);
  row.set(value, start);
  return row;
}

/** The entry of a put row. */
export function parsePut(key: string, row: Uint8Array): Entry {
  const bytes = view(row);
  const expires = ((bytes[0] ?? 0) & FLAG_EXPIRES) !== 0;
  const start = expires ? PUT_BYTES + NUMBER_BYTES : PUT_BYTES;
  // A copy, which for a short value takes a fraction of the memory that a view of the row would keep.
  const value = new Uint8Array(row.length - start);
  bytes.copy(value, 0, start);
  return Object.freeze({
    key,
    value,
    createRevision: bytes.readUIntBE(HEADER_BYTES, NUMBER_BYTES),
    modRevision: bytes.readUIntBE(HEADER_BYTES + NUMBER_BYTES, NUMBER_BYTES),
    version: bytes.readUIntBE(HEADER_BYTES + 2 * NUMBER_BYTES, NUMBER_BYTES),
    ...(expires ? { expiresAt: bytes.readUIntBE(PUT_BYTES, NUMBER_BYTES) } : {}),
  });
}

export function formatDelete(expired: boolean, place: EventPlace): Buffer {
  const row = Buffer.allocUnsafe(HEADER_BYTES);
  writeHeader(row, expired ? FLAG_DELETE | FLAG_EXPIRED : FLAG_DELETE, place);
  return row;
}

/** What every row of `entries` and `history` says about its event. */
export function parsePlace(row: Uint8Array): EventPlace & { deleted: boolean; expired: boolean } {
  const bytes = view(row);
  const flags = bytes[0] ?? 0;
  return {
    deleted: (flags & FLAG_DELETE) !== 0,
    expired: (flags & FLAG_EXPIRED) !== 0,
    previousRevision: bytes.readUIntBE(1, NUMBER_BYTES),
    sequence: bytes.readUInt32BE(1 + NUMBER_BYTES),
  };
}

export const CLUSTER_ID_KEY: Buffer = Buffer.from('clusterId');
export const STATE_KEY: Buffer = Buffer.from('state');

/** What the store knows of itself: written with every batch. */
export interface StoreState {
  readonly revision: number;
  readonly keys: number;
  readonly tokens: number;
}

export function formatState({ revision, keys, tokens }: StoreState): Buffer {
  const row = Buffer.allocUnsafe(3 * NUMBER_BYTES);
  row.writeUIntBE(revision, 0, NUMBER_BYTES);
  row.writeUIntBE(keys, NUMBER_BYTES, NUMBER_BYTES);
  row.writeUIntBE(tokens, 2 * NUMBER_BYTES, NUMBER_BYTES);
  return row;
}

export function parseState(row: Uint8Array): StoreState {
  const bytes = view(row);
  const numberAt = (place: number): number => bytes.readUIntBE(place * NUMBER_BYTES, NUMBER_BYTES);
  return { revision: numberAt(0), keys: numberAt(1), tokens: numberAt(2) };
}
