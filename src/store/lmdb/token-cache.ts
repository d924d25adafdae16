import type { Entry } from '../store.ts';

/** How much is kept at most; the cache holds this twice for a moment. */
export interface CacheBounds {
  readonly tokens: number;
  readonly bytes: number;
}

const DEFAULT_BOUNDS: CacheBounds = { tokens: 10_000, bytes: 16 * 1024 * 1024 };

/** What an entry costs beside its key and value: objects, headers and the place in an array. */
const ENTRY_BYTES = 250;

function bytesOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { key, value }) => sum + ENTRY_BYTES + 2 * key.length + value.length, 0);
}

/**
 * The keys of the tokens that were used lately. Two generations instead of a list by age: what is used moves
 * to the young one, and when that is full the old one is dropped, so that a hit costs one look-up.
 */
export class TokenCache {
  readonly #bounds: CacheBounds;
  #young = new Map<string, readonly Entry[]>();
  #old = new Map<string, readonly Entry[]>();
  #youngBytes = 0;

  constructor(bounds: CacheBounds = DEFAULT_BOUNDS) {
    this.#bounds = bounds;
  }

  get(token: string): readonly Entry[] | undefined {
    const young = this.#young.get(token);
    if (young !== undefined) return young;
    const old = this.#old.get(token);
    if (old !== undefined) this.set(token, old);
    return old;
  }

  /** A token without keys is not kept: asking for tokens that do not exist pushes nothing out. */
  set(token: string, entries: readonly Entry[]): void {
    const replaced = this.#young.get(token);
    if (replaced !== undefined) this.#youngBytes -= bytesOf(replaced);
    this.#old.delete(token);
    if (entries.length === 0) {
      this.#young.delete(token);
      return;
    }
    this.#young.set(token, entries);
    this.#youngBytes += bytesOf(entries);
    if (this.#young.size <= this.#bounds.tokens && this.#youngBytes <= this.#bounds.bytes) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#youngBytes = 0;
  }
}
