import assert from 'node:assert/strict';
import { parseDocument, type V2Answer, type V2Document } from '../support/v2-client.ts';
import type { IndexBook } from './index-book.ts';

interface Change {
  readonly action: string;
  readonly index: number;
}

/**
 * A token with one member, which comes and goes by the hand of one client: removal is allowed while nobody else
 * has registered. Every change is known, or is the one that a crash left unanswered.
 */
export class SlotLedger {
  readonly token: string;
  readonly memberId = 'abcdef0123456789';
  readonly #book: IndexBook;
  readonly #changes: Change[] = [];
  #pending: 'create' | 'delete' | undefined;
  #count = 0;
  #isSettled = false;

  constructor(token: string, book: IndexBook) {
    this.token = token;
    this.#book = book;
  }

  /** Whether nothing was asked since it was held against the service. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether the member is there, as far as answers tell. */
  get isThere(): boolean {
    return this.#changes.at(-1)?.action === 'create';
  }

  /** The value to register next, another one each time; and the value that stands there. */
  get value(): string {
    return `slot${this.#count}=http://10.9.0.1:${2000 + this.#count}`;
  }

  asked(): void {
    if (!this.isThere) this.#count++;
    this.#isSettled = false;
    this.#pending = this.isThere ? 'delete' : 'create';
  }

  answered(answer: V2Answer): void {
    const { node, prevNode, action } = parseDocument(answer);
    assert.equal(answer.status, this.#pending === 'create' ? 201 : 200, `${this.token}: ${answer.text}`);
    assert.equal(action, this.#pending);
    assert.equal((action === 'create' ? node : prevNode)?.value, this.value);
    const index = node?.modifiedIndex ?? 0;
    this.#book.claimNew(index, this.#nameOf(this.#changes.length));
    this.#changes.push({ action: action ?? '', index });
    this.#pending = undefined;
  }

  /** How many changes a watch from the beginning tells, given the member as it is now. */
  eventCount(now: V2Answer): number {
    const isThere = now.status === 200;
    return this.#changes.length + (isThere === this.isThere ? 0 : 1);
  }

  /**
   * Compares what was told with what is there after a restart.
   *
   * @param events the member's changes since the token was made, as a watch tells them
   * @param now the member as it is
   */
  settle(events: readonly V2Document[], now: V2Answer): void {
    const found = events.map(({ action = '', node }) => ({ action, index: node?.modifiedIndex ?? 0 }));
    const extra = found[this.#changes.length];
    if (this.#pending !== undefined && extra !== undefined) {
      assert.equal(extra.action, this.#pending, `${this.token}: not the change that went unanswered`);
      this.#book.claim(extra.index, this.#nameOf(this.#changes.length));
      this.#changes.push(extra);
    }
    this.#pending = undefined;
    this.#isSettled = true;
    assert.deepEqual(found, this.#changes, `${this.token}: the watch does not tell what happened`);
    assert.equal(now.status, this.isThere ? 200 : 404, `${this.token}: ${now.text}`);
    if (this.isThere) assert.equal(parseDocument(now).node?.value, this.value);
  }

  #nameOf(change: number): string {
    return `change ${change} of ${this.token}`;
  }
}
