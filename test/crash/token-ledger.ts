import assert from 'node:assert/strict';
import { parseEntry, parseList, type V2Answer, type V2Document, type V2Entry } from '../support/v2-client.ts';
import type { IndexBook } from './index-book.ts';

/** What is known of one key that was ever asked to be made. */
interface KeyRecord {
  /** The one value that the key has, once an answer has shown it. */
  settled?: V2Entry;
  /** Values whose creation was asked for, without an answer so far. */
  readonly pending: Set<string>;
  /** Somebody was told that the key exists. */
  existed: boolean;
  /** Somebody has watched it from its own creation on, so it may count as started (rule 4). */
  watched: boolean;
}

/** A create that went unanswered. */
export interface LostCreate {
  readonly ledger: TokenLedger;
  readonly key: string;
  readonly value: string;
}

export const STATE_KEY = '_state';

/**
 * What one token's clients were told, and whether the service stands by it. Keys are created here and never
 * removed, so that a list is the list of the end, cut at its index.
 */
export class TokenLedger {
  readonly token: string;
  readonly size: number;
  readonly #book: IndexBook;
  readonly #keys = new Map<string, KeyRecord>();
  #lists: { index: number; entries: readonly V2Entry[] }[] = [];

  constructor(token: string, size: number, book: IndexBook) {
    this.token = token;
    this.size = size;
    this.#book = book;
  }

  /** Members that are known to be there. */
  get members(): V2Entry[] {
    const settled = [...this.#keys.values()].flatMap(({ settled }) => settled ?? []);
    return settled.filter(({ id }) => id !== STATE_KEY).sort((a, b) => a.index - b.index);
  }

  /** A create goes out. */
  asked(key: string, value: string): void {
    this.#record(key).pending.add(value);
  }

  /** A watch of a member's own key goes out. */
  watching(key: string): void {
    this.#record(key).watched = true;
  }

  /** The answer to a create. */
  answered(key: string, value: string, answer: V2Answer): void {
    const record = this.#record(key);
    const what = `${this.#nameOf(key)} = ${value}`;
    this.#book.observe(answer.index);
    const document = JSON.parse(answer.text) as V2Document;
    if (answer.status === 201) {
      assert.equal(document.action, 'create', what);
      const entry = parseEntry(document.node);
      assert.deepEqual({ id: entry.id, value: entry.value }, { id: key, value }, what);
      // Only a member may ask again, with the same value; an election is won once.
      if (record.settled !== undefined && key !== STATE_KEY) assert.deepEqual(entry, record.settled, what);
      else assert.equal(record.settled, undefined, `${what}: a second winner`);
      if (record.settled === undefined) this.#book.claimNew(entry.index, what);
      record.settled = entry;
      assert.ok(answer.index >= entry.index, `${what}: X-Etcd-Index ${answer.index} is below ${entry.index}`);
    } else if (answer.status === 403) {
      assert.equal(document.errorCode, 151, `${what}: ${answer.text}`);
      assert.ok(record.watched, `${what}: was told to have started, and never asked for its key`);
      record.existed = true;
    } else {
      assert.deepEqual([answer.status, document.errorCode], [412, 105], `${what}: ${answer.text}`);
      const isOwn = key !== STATE_KEY && record.settled?.value === value;
      assert.ok(!isOwn, `${what}: its own first answer was refused to it`);
      record.existed = true;
    }
    record.pending.delete(value);
  }

  /** A list that was read while others wrote. */
  listed(answer: V2Answer): void {
    this.#book.observe(answer.index);
    this.#lists.push({ index: answer.index, entries: parseList(answer) });
  }

  /**
   * Compares everything that was ever told with what is there after a restart, while nobody writes. From here on
   * the unanswered creates are known to have happened or not.
   */
  settle(list: V2Answer, state: V2Answer): void {
    this.#book.observe(list.index);
    const entries = parseList(list);
    const found = new Map(entries.map((entry) => [entry.id, entry]));
    assert.equal(found.size, entries.length, `${this.token}: a member stands twice in ${list.text}`);
    assertAscending(entries);
    if (state.status === 200) found.set(STATE_KEY, parseEntry((JSON.parse(state.text) as V2Document).node));
    else assert.equal(state.status, 404, state.text);
    for (const entry of found.values()) this.#settleFound(entry);
    for (const [key, record] of this.#keys) {
      const why = record.settled === undefined ? 'was told of to others' : 'was acknowledged';
      const isKnown = record.settled !== undefined || record.existed;
      assert.ok(found.has(key) || !isKnown, `${this.#nameOf(key)} ${why} and is gone: ${list.text}`);
      record.pending.clear();
    }
    for (const earlier of this.#lists) {
      const then = entries.filter(({ index }) => index <= earlier.index);
      assert.deepEqual(
        earlier.entries,
        then,
        `${this.token}: the list at index ${earlier.index} did not last`,
      );
    }
    this.#lists = [];
  }

  #settleFound(entry: V2Entry): void {
    const name = this.#nameOf(entry.id);
    const record = this.#keys.get(entry.id);
    assert.ok(record !== undefined, `${name} is there, and nobody asked for it`);
    if (record.settled !== undefined) {
      assert.deepEqual(entry, record.settled, `${name} is not what was acknowledged`);
      return;
    }
    assert.ok(record.pending.has(entry.value), `${name} has the value "${entry.value}" that nobody sent`);
    this.#book.claim(entry.index, `${name} = ${entry.value}`);
    record.settled = entry;
  }

  /** The creates that got no answer. */
  lost(): LostCreate[] {
    const all: LostCreate[] = [];
    for (const [key, { pending }] of this.#keys) {
      for (const value of pending) all.push({ ledger: this, key, value });
    }
    return all;
  }

  #record(key: string): KeyRecord {
    const record = this.#keys.get(key) ?? { pending: new Set(), existed: false, watched: false };
    this.#keys.set(key, record);
    return record;
  }

  #nameOf(key: string): string {
    return `${this.token}/${key}`;
  }
}

/** Members stand in the order in which they registered. */
export function assertAscending(entries: readonly V2Entry[]): void {
  for (const [place, { index }] of entries.entries()) {
    const before = entries[place - 1]?.index ?? 0;
    assert.ok(index > before, `index ${index} comes after ${before}`);
  }
}
