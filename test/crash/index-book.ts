import assert from 'node:assert/strict';

/** Who got which index of the store, over all tokens and all runs of the service. */
export class IndexBook {
  readonly #writes = new Map<number, string>();
  #highest = 0;
  #floor = 0;

  /** The highest index that any answer has shown. */
  get highest(): number {
    return this.#highest;
  }

  /** An answer showed that the store has come this far. */
  observe(index: number): void {
    assert.ok(Number.isSafeInteger(index) && index > 0, `not an index: ${index}`);
    this.#highest = Math.max(this.#highest, index);
  }

  /** A write has this index. The same write may come again; no other one may ever have it. */
  claim(index: number, write: string): void {
    this.observe(index);
    const other = this.#writes.get(index);
    assert.ok(other === undefined || other === write, `index ${index} is of "${other}" and of "${write}"`);
    this.#writes.set(index, write);
  }

  /** As `claim`, for a write that was made since the last restart: its index must be higher than any from before. */
  claimNew(index: number, write: string): void {
    assert.ok(
      index > this.#floor,
      `"${write}" has index ${index}, but ${this.#floor} was shown before the restart`,
    );
    this.claim(index, write);
  }

  /** The service was started again: from now on every new write is above all that was shown. */
  restarted(): void {
    this.#floor = this.#highest;
  }
}
