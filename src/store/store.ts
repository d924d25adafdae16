/**
 * The store port: the slice of etcd's v3 key-value model that discovery needs.
 *
 * Keys are grouped by token, since every rule of the registry concerns the keys of one token: they are read
 * together, decided on together and watched together. A key is the path below `/_etcd/registry/<token>/`,
 * such as `_config/size` or `members/e924a8cc55f3a1a0`: the layout that etcd >= 3.6 itself uses
 * (etcd-io/etcd:server/etcdserver/api/v3discovery/discovery.go).
 */

/** One key with its value, as of some revision. Revisions follow etcd's mvccpb.KeyValue. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision of the commit that made the key, after its last absence. */
  readonly createRevision: number;
  /** The revision of the commit that wrote this value. */
  readonly modRevision: number;
  /** How often the key was written since it was made; 1 for a new key. */
  readonly version: number;
  /** When the store removes the key by itself: milliseconds since the Unix epoch. Absent: never. */
  readonly expiresAt?: number;
}

/** All keys of one token, from one consistent view that holds durable commits only. */
export interface TokenRange {
  /** The store's revision when the view was taken: at least that of every entry, below that of every later commit. */
  readonly revision: number;
  /** In ascending byte order of the keys. The same array object while the token is unchanged, so it can key a memo. */
  readonly entries: readonly Entry[];
}

/** One token with all its keys. */
export interface TokenEntries {
  readonly token: string;
  /** In ascending byte order of the keys; never empty. */
  readonly entries: readonly Entry[];
}

/** One change within a commit. */
export type Operation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array; readonly expiresAt?: number }
  | { readonly type: 'delete'; readonly key: string };

/** What a decision comes to: the changes to commit (none is fine) and what to tell the caller. */
export interface Decision<T> {
  readonly operations: readonly Operation[];
  readonly outcome: T;
}

/** What became of a transaction. */
export interface Committed<T> {
  readonly outcome: T;
  /** The revision of this commit; without operations, the store's revision that the decision was made on. */
  readonly revision: number;
}

/** One change as a watcher sees it. */
export type WatchEvent =
  | { readonly type: 'put'; readonly entry: Entry; readonly previous?: Entry }
  | {
      readonly type: 'delete';
      readonly key: string;
      readonly previous: Entry;
      /** The store removed the key because its time was over. */
      readonly expired: boolean;
    };

/** All changes of one commit to one token, in the order of its operations. */
export interface Commit {
  readonly revision: number;
  /** Something else than Muster wrote, in a store that others can write to. */
  readonly isForeign?: boolean;
  readonly events: readonly WatchEvent[];
}

/** Figures for metrics and the operator. */
export interface StoreStats {
  readonly kind: string;
  readonly revision: number;
  /** Keys that are there now. */
  readonly keys: number;
  /** Tokens that have a `_config/size` now: those that are not over. */
  readonly tokens: number;
  readonly watchers: number;
  /** Bytes on disk, or in memory where there is no disk. */
  readonly sizeBytes: number;
}

/** Told about each durable batch, for metrics. */
export interface StoreObserver {
  /** `commits` transactions became durable together, `flushSeconds` after the batch was handed to the disk. */
  batchFlushed?(commits: number, flushSeconds: number): void;
  /** The `_config/size` of a token was removed, and with it the token is over: by its time, or by a commit. */
  tokenEnded?(expired: boolean): void;
  /** Something else than Muster wrote to a token; told by every replica. */
  foreignCommit?(token: string, commit: Commit): void;
  /** A batch could not be made durable; its writes were refused. */
  batchFailed?(error: unknown): void;
}

export interface Store extends AsyncDisposable {
  /** 16 hex digits, made with the store and never changed. */
  readonly clusterId: string;
  /** The revision of the newest durable commit; 1 for a store that was never written, as in etcd. */
  readonly revision: number;

  /** All keys of a token; none for a token that was never written. Throws `store-closed` or `store-unavailable`. */
  range(token: string): TokenRange | Promise<TokenRange>;

  /**
   * All keys of a token as they were at a revision, which must not be above the store's. The revision of the answer is
   * the store's own, at which it was read. History is kept as for `watch`; throws `compacted` where it is not there.
   */
  rangeAt(token: string, revision: number): TokenRange | Promise<TokenRange>;

  /**
   * Decides on the keys of a token and commits what was decided, atomically: nothing comes between the
   * range that `decide` sees and the commit. `decide` must be pure, since it may be called again when what
   * it saw did not last. All operations of a commit carry one revision, the next one of the store; a key may
   * stand in one operation only, and deleting an absent key changes nothing.
   *
   * Resolves only when the result is durable, and so is everything that the decision was made on, also
   * where nothing is written. Rejects with what `decide` threw (under the same rule), with
   * `store-unavailable` when the write could not be made durable, or with `store-closed`. Then nothing of it is
   * visible, and its revision is not used up; only where the answer of a store elsewhere was lost for good, all of it
   * may still become visible.
   */
  transact<T>(token: string, decide: (range: TokenRange) => Decision<T>): Promise<Committed<T>>;

  /**
   * Rejects with `store-unavailable` while writes cannot be made durable, and with `store-closed`. Changes nothing
   * that anybody can see, and costs next to nothing while writes succeed.
   */
  assertWritable(): Promise<void>;

  /**
   * Every commit to a token with a revision of at least `fromRevision`, in order, none lost, none twice:
   * first those that happened already, then each new one as it becomes durable. History is kept as long as
   * the token's `_config/size` is there, also over a restart; after that only current keys are replayed.
   * Ends without an error when `signal` aborts, or by `return()`, also while a `next()` waits. Throws `watch-overrun`
   * when the reader fell behind its bounded queue, or when the store itself was behind for too long: whoever watches
   * again from there on misses nothing. Throws `store-closed` when the store closes.
   */
  watch(token: string, fromRevision: number, signal?: AbortSignal): AsyncIterableIterator<Commit>;

  /**
   * Every token that has keys, in ascending byte order of `<token>/`, for programs that move all there is. Read piece by
   * piece: the keys of a token are those of one moment, which differs from token to token, and a token that is written
   * meanwhile may come or not. Throws `store-closed` or `store-unavailable`, also on the way.
   */
  tokens(): AsyncIterableIterator<TokenEntries>;

  stats(): StoreStats | Promise<StoreStats>;

  /** Makes what was accepted durable, ends every watch, and frees everything. Safe to call twice. */
  close(): Promise<void>;
}

/** The key whose presence keeps the history of a token. */
export const HISTORY_ANCHOR_KEY = '_config/size';
