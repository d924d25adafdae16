import { type Environment, TABLES, type Table } from './environment.ts';
import { tokenOfKey } from './rows.ts';

const KINDS = ['put', 'remove', 'removeRange'] as const;
const HEAD_BYTES = 8;
const NOTHING = new Uint8Array();

/** One change of a table. */
export interface RowChange {
  readonly kind: (typeof KINDS)[number];
  readonly table: Table;
  readonly key: Uint8Array;
  /** The row for a put, the end for a range. */
  readonly value: Uint8Array;
}

/**
 * The changes of one batch, in order, as one block of bytes: kind (1 byte), table (1), key length (2), value
 * length (4), key, value; one after the other.
 */
export class RowChanges {
  readonly #changes: RowChange[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  put(table: Table, key: Uint8Array, value: Uint8Array = NOTHING): void {
    this.#add('put', table, key, value);
  }

  remove(table: Table, key: Uint8Array): void {
    this.#add('remove', table, key, NOTHING);
  }

  /** Removes every row from `start` to below `end`. */
  removeRange(table: Table, start: Uint8Array, end: Uint8Array): void {
    this.#add('removeRange', table, start, end);
  }

  format(): ArrayBuffer {
    const memory = new ArrayBuffer(this.#bytes);
    const block = Buffer.from(memory);
    let at = 0;
    for (const { kind, table, key, value } of this.#changes) {
      block[at] = KINDS.indexOf(kind);
      block[at + 1] = TABLES.indexOf(table);
      block.writeUInt16LE(key.length, at + 2);
      block.writeUInt32LE(value.length, at + 4);
      block.set(key, at + HEAD_BYTES);
      block.set(value, at + HEAD_BYTES + key.length);
      at += HEAD_BYTES + key.length + value.length;
    }
    return memory;
  }

  #add(kind: RowChange['kind'], table: Table, key: Uint8Array, value: Uint8Array): void {
    this.#changes.push({ kind, table, key, value });
    this.#bytes += HEAD_BYTES + key.length + value.length;
  }
}

/** The changes of a block, in order. Keys and values are views of it. */
export function* parseRowChanges(block: Buffer): Generator<RowChange> {
  let at = 0;
  while (at < block.length) {
    const kind = KINDS[block[at] ?? 0];
    const table = TABLES[block[at + 1] ?? 0];
    if (kind === undefined || table === undefined)
      throw new Error('a row change says neither what nor where');
    const keyEnd = at + HEAD_BYTES + block.readUInt16LE(at + 2);
    const valueEnd = keyEnd + block.readUInt32LE(at + 4);
    yield {
      kind,
      table,
      key: block.subarray(at + HEAD_BYTES, keyEnd),
      value: block.subarray(keyEnd, valueEnd),
    };
    at = valueEnd;
  }
}

/** The changes of a block, as stretches of it that are about one token each; undefined: about none. In order. */
export function* splitByToken(block: Buffer): Generator<{ token: string | undefined; run: Buffer }> {
  let token: string | undefined;
  let start = 0;
  let at = 0;
  while (at < block.length) {
    const keyStart = at + HEAD_BYTES;
    const keyEnd = keyStart + block.readUInt16LE(at + 2);
    const next = tokenOfKey(TABLES[block[at + 1] ?? 0] ?? 'meta', block, keyStart, keyEnd);
    if (next !== token && at > start) {
      yield { token, run: block.subarray(start, at) };
      start = at;
    }
    token = next;
    at = keyEnd + block.readUInt32LE(at + 4);
  }
  if (at > start) yield { token, run: block.subarray(start, at) };
}

/** Makes the changes of a block, within a transaction of the caller's. */
export function applyRowChanges(environment: Environment, block: Buffer): void {
  for (const { kind, table, key, value } of parseRowChanges(block)) {
    const rows = environment[table];
    if (kind === 'put') rows.putSync(key, value);
    else if (kind === 'remove') rows.removeSync(key);
    else for (const row of [...rows.getKeys({ start: key, end: value })]) rows.removeSync(row);
  }
}
