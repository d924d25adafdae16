/**
 * The limits that hold for every store: what a key and a reader may cost. Each one is tested on
 * both sides.
 */
export const STORE_LIMITS = {
  /** Commits that a watch holds for a reader that has not taken them yet; one more ends the watch. */
  watchQueueMaxCommits: 1024,
  /**
   * Bytes of `<token>/<key>` in the store. LMDB takes 1978 for a key, of which the expiry index and the
   * history need a few for a time or a revision.
   */
  storeKeyMaxBytes: 1900,
} as const;
