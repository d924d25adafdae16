import { yamlFailure } from './failure.ts';
import type { Mark } from './nodes.ts';

/** A token that turns out to be a key as soon as a `:` follows it, on the same line and not too far behind. */
export interface SimpleKey {
  /** How deep in `[ ]` and `{ }` it stands. */
  readonly level: number;
  /** Which token it is, counted from the begin of the text. */
  readonly token: number;
  readonly index: number;
  readonly mark: Mark;
  /** Nothing else but a key can stand there. */
  readonly isRequired: boolean;
}

/** How far behind its key a `:` may be, in characters; YAML 1.1 has this limit. */
const KEY_LENGTH_MAX = 1024;

/**
 * The tokens that may yet turn out to be keys, one at most for each level of brackets. They are kept in the order of
 * the text, so the oldest is always in front, and no call looks at them all.
 */
export class SimpleKeys {
  readonly #keys: SimpleKey[] = [];
  #head = 0;

  /** The token in front of which a key token may have to be put in. */
  get oldest(): SimpleKey | undefined {
    return this.#keys[this.#head];
  }

  /** Forgets those that are too far behind. */
  dropStale(line: number, index: number): void {
    for (let key = this.oldest; key !== undefined; key = this.oldest) {
      if (key.mark.line >= line && key.index + KEY_LENGTH_MAX >= index) return;
      this.#failIfRequired(key, line);
      this.#head += 1;
    }
  }

  /** The key of this level is none after all. */
  drop(level: number, line: number): void {
    const key = this.take(level);
    if (key !== undefined) this.#failIfRequired(key, line);
  }

  /** The key of this level, which is known as such from now on. */
  take(level: number): SimpleKey | undefined {
    const last = this.#keys.at(-1);
    if (this.#keys.length === this.#head || last === undefined || last.level !== level) return undefined;
    this.#keys.pop();
    return last;
  }

  add(key: SimpleKey): void {
    if (this.#head > 0) this.#keys.splice(0, this.#head);
    this.#head = 0;
    this.#keys.push(key);
  }

  #failIfRequired({ isRequired }: SimpleKey, line: number): void {
    if (isRequired) throw yamlFailure("could not find expected ':'", line);
  }
}
