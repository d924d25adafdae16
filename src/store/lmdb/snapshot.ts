import type { Transaction } from 'lmdb';
import { NO_ENTRIES } from '../apply-operations.ts';
import type { Entry } from '../store.ts';
import type { Environment } from './environment.ts';
import { keyOfEntry, parsePut, tokenBounds } from './rows.ts';

/**
 * The main thread's view of the file. It stands still until it is renewed, which the store does with each
 * batch in the same step as it makes the batch known; so a reader never sees half of what happened.
 */
export class Snapshot {
  readonly #environment: Environment;
  #transaction: Transaction;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#transaction = environment.root.useReadTransaction();
  }

  /** To pass with every read. */
  get transaction(): Transaction {
    return this.#transaction;
  }

  renew(): void {
    this.#transaction.done();
    // Without this the next transaction would be the one that was just given back, with its old view.
    this.#environment.root.resetReadTxn();
    this.#transaction = this.#environment.root.useReadTransaction();
  }

  release(): void {
    this.#transaction.done();
  }

  /** The keys of a token. */
  readEntries(token: string): readonly Entry[] {
    const entries: Entry[] = [];
    const range = { ...tokenBounds(token), transaction: this.#transaction };
    for (const { key, value } of this.#environment.entries.getRange(range)) {
      entries.push(parsePut(keyOfEntry(token, key), value));
    }
    return entries.length === 0 ? NO_ENTRIES : Object.freeze(entries);
  }
}
