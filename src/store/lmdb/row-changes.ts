import { type Environment, TABLES, type Table } from './environment.ts';

const PUT = 1;
const REMOVE = 2;
const REMOVE_RANGE = 3;
const HEAD_BYTES = 8;
const NOTHING = new Uint8Array();

interface Change {
  readonly kind: number;
  readonly table: number;
  readonly key: Uint8Array;
  /** The row for a put, the end for a range. */
  readonly value: Uint8Array;
}

/**
 * The changes of one batch, in order, on their way to the writer thread in one block of memory:
 * kind (1 byte), table (1), key length (2), value length (4), key, value; one after the other.
 */
export class RowChanges {
  readonly #changes: Change[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  put(table: Table, key: Uint8Array, value: Uint8Array = NOTHING): void {
    this.#add(PUT, table, key, value);
  }

  remove(table: Table, key: Uint8Array): void {
    this.#add(REMOVE, table, key, NOTHING);
  }

  /** Removes every row from `start` to below `end`. */
  removeRange(table: Table, start: Uint8Array, end: Uint8Array): void {
    this.#add(REMOVE_RANGE, table, start, end);
  }

  format(): ArrayBuffer {
    const memory = new ArrayBuffer(this.#bytes);
    const block = Buffer.from(memory);
    let at = 0;
    for (const { kind, table, key, value } of this.#changes) {
      block[at] = kind;
      block[at + 1] = table;
      block.writeUInt16LE(key.length, at + 2);
      block.writeUInt32LE(value.length, at + 4);
      block.set(key, at + HEAD_BYTES);
      block.set(value, at + HEAD_BYTES + key.length);
      at += HEAD_BYTES + key.length + value.length;
    }
    return memory;
  }

  #add(kind: number, table: Table, key: Uint8Array, value: Uint8Array): void {
    this.#changes.push({ kind, table: TABLES.indexOf(table), key, value });
    this.#bytes += HEAD_BYTES + key.length + value.length;
  }
}

/** Makes the changes of a block, in one transaction that is flushed when this returns. */
export function applyRowChanges(environment: Environment, memory: ArrayBuffer): void {
  const block = Buffer.from(memory);
  environment.root.transactionSync(() => {
    let at = 0;
    while (at < block.length) {
      const table = TABLES[block[at + 1] ?? 0];
      if (table === undefined) throw new Error('a row change names no table');
      const rows = environment[table];
      const keyEnd = at + HEAD_BYTES + block.readUInt16LE(at + 2);
      const key = block.subarray(at + HEAD_BYTES, keyEnd);
      const value = block.subarray(keyEnd, keyEnd + block.readUInt32LE(at + 4));
      if (block[at] === PUT) rows.putSync(key, value);
      else if (block[at] === REMOVE) rows.removeSync(key);
      else for (const row of [...rows.getKeys({ start: key, end: value })]) rows.removeSync(row);
      at = keyEnd + value.length;
    }
  });
}
