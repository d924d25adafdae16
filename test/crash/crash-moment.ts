import { type FSWatcher, watch } from 'node:fs';
import type { Random } from '../support/seeded-random.ts';
import type { V2Traffic } from '../support/v2-client.ts';

/** What is counted up to the moment of a crash. */
export type CrashClock = 'answers' | 'bytes sent' | 'writes to the files';

/**
 * The moment at which to kill: when so many answers have come, so many bytes have gone out, or the files of the
 * store have been seen to change so often. No clock, so that the machine's speed does not decide what a crash meets.
 */
export class CrashMoment implements Disposable {
  readonly traffic: V2Traffic;
  readonly signal: AbortSignal;
  readonly description: string;
  readonly #reached = new AbortController();
  readonly #kill: () => void;
  readonly #watcher: FSWatcher | undefined;
  #left: number;

  /** @param folder the data folder, which must exist */
  constructor(random: Random, folder: string, kill: () => void) {
    const clock = random.pick<CrashClock>(['answers', 'answers', 'bytes sent', 'writes to the files']);
    const most = { answers: 150, 'bytes sent': 8_000, 'writes to the files': 20 };
    this.#left = random.integer(1, most[clock]);
    this.#kill = kill;
    this.description = `after ${this.#left} ${clock}`;
    this.signal = this.#reached.signal;
    this.traffic = {
      answered: () => clock === 'answers' && this.#count(1),
      sent: (bytes) => clock === 'bytes sent' && this.#count(bytes),
    };
    this.#watcher = clock === 'writes to the files' ? watch(folder, () => this.#count(1)) : undefined;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }

  #count(by: number): void {
    if (this.signal.aborted) return;
    this.#left -= by;
    if (this.#left > 0) return;
    this.#kill();
    this.#reached.abort();
  }
}
