import type { Call } from './checker.ts';

/** Records the calls of concurrent clients, in moments of one counter. */
export class History<Input, Output> {
  readonly calls: Call<Input, Output>[] = [];
  #moment = 0;

  /** The newest moment. */
  get moment(): number {
    return this.#moment;
  }

  /** Makes a call and records it with its output; rejects as the call does. */
  async record(input: Input, call: () => Promise<Output>): Promise<Output> {
    const invokedAt = ++this.#moment;
    const output = await call();
    this.calls.push({ invokedAt, respondedAt: ++this.#moment, input, output });
    return output;
  }
}
