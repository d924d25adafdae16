import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '../../clock/clock.ts';
import { isMusterError, MusterError } from '../../errors.ts';
import { assertToken, expireOperations } from '../apply-operations.ts';
import type {
  Commit,
  Committed,
  Decision,
  Entry,
  Store,
  StoreObserver,
  StoreStats,
  TokenEntries,
  TokenRange,
} from '../store.ts';
import { undoCommits } from '../undo-commits.ts';
import { WatchHub } from '../watch-hub.ts';
import { serveBackup } from './backup-service.ts';
import { Batch } from './batch.ts';
import { Checkpointer } from './checkpointer.ts';
import { CommitQueue } from './commit-queue.ts';
import { type DataCopy, makeDataCopy, removeDataCopies } from './data-copy.ts';
import {
  allocateLockFile,
  assertStore,
  completeNewData,
  damaged,
  hasData,
  NEW_DATA_FILE,
  notWritable,
  prepareFolder,
  removeNewData,
} from './data-folder.ts';
import { hasRoom, writeError } from './disk-room.ts';
import { DATA_FILE, type Environment, openEnvironment } from './environment.ts';
import { Expiry } from './expiry.ts';
import { checkDataFile } from './file-check.ts';
import { readHistory } from './history.ts';
import { DEFAULT_JOURNAL_BOUNDS, Journal, type JournalBounds } from './journal.ts';
import { type Ownership, ownFolder } from './ownership.ts';
import { openJournalFiles, recoverJournal } from './recovery.ts';
import { CLUSTER_ID_KEY, formatState, STATE_KEY, type StoreState } from './rows.ts';
import { TokenCache } from './token-cache.ts';
import { View } from './view.ts';

/** What the embedded store is opened with. */
export interface LmdbStoreOptions {
  /** Made where it is missing. Everything that the store keeps is in it. */
  readonly folder: string;
  readonly clock: Clock;
  readonly observer?: StoreObserver;
  /** Default: for a service under load. */
  readonly journal?: JournalBounds;
  /** Throws where there is no store yet, instead of making one. */
  readonly mustExist?: boolean;
  /** What to do where another process uses the folder. Default: for one that is to serve. */
  readonly inUseRemedy?: string;
}

/**
 * Opens the embedded store: one folder, one process, every answer durable. Throws `data-folder` with one line
 * that names the folder and says what is wrong with it.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<LmdbStore> {
  const path = resolve(options.folder);
  if (options.mustExist === true) assertStore(path);
  prepareFolder(path);
  const ownership = await ownFolder(path, options.inUseRemedy).catch((error: unknown) => {
    throw isMusterError(error) ? error : notWritable(path, error);
  });
  const opened: (() => Promise<void>)[] = [() => ownership.release()];
  try {
    removeDataCopies(path);
    const hadData = hasData(path);
    if (!hadData) await makeData(path);
    allocateLockFile(path, DATA_FILE);
    if (hadData) await checkDataFile(path);
    const environment = openEnvironment(path, DATA_FILE);
    opened.push(() => environment.root.close());
    const clusterId = Buffer.from(environment.meta.get(CLUSTER_ID_KEY) ?? []).toString();
    const view = new View(environment);
    opened.push(async () => view.release());
    const { revision: appliedRevision } = readState(path, view);
    const { clock, journal: bounds = DEFAULT_JOURNAL_BOUNDS } = options;
    const files = await openJournalFiles(path, bounds.firstBytes);
    opened.push(...files.map((file) => () => file.close()));
    const segments = await recoverJournal({ folder: path, files, clusterId, appliedRevision });
    const checkpointer = new Checkpointer({ folder: path, clusterId });
    await checkpointer.start();
    opened.push(() => checkpointer.close());
    const journal = new Journal({ ...segments, files, clusterId, clock, view, checkpointer, bounds });
    const { observer } = options;
    const parts = {
      folder: path,
      clock,
      observer,
      clusterId,
      ownership,
      environment,
      view,
      journal,
      checkpointer,
    };
    return new LmdbStore(parts);
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw isMusterError(error) ? error : notWritable(path, error);
  }
}

function readState(folder: string, view: View): StoreState {
  const state = view.readState();
  if (state === undefined) throw damaged(folder, 'the row of its revision is missing');
  return state;
}

/** Makes the data file of a new folder. */
async function makeData(folder: string): Promise<void> {
  removeNewData(folder);
  allocateLockFile(folder, NEW_DATA_FILE);
  const { root, meta } = openEnvironment(folder, NEW_DATA_FILE);
  root.transactionSync(() => {
    meta.putSync(CLUSTER_ID_KEY, Buffer.from(randomBytes(8).toString('hex')));
    meta.putSync(STATE_KEY, formatState({ revision: 1, keys: 0, tokens: 0 }));
  });
  await root.close();
  completeNewData(folder);
}

interface Parts {
  readonly folder: string;
  readonly clock: Clock;
  readonly observer: StoreObserver | undefined;
  readonly clusterId: string;
  readonly ownership: Ownership;
  readonly environment: Environment;
  readonly view: View;
  readonly journal: Journal;
  readonly checkpointer: Checkpointer;
}

/** How often a write is tried on a disk that seems full: LMDB may find room in pages that it freed. */
const FULL_DISK_TRY_MS = 10_000;

/** Tokens whose names are read at a time, where all are asked for. */
const TOKENS_PAGE = 256;

/** The embedded store, which can do more than the port asks for. */
export class LmdbStore implements Store {
  readonly clusterId: string;
  readonly #parts: Parts;
  readonly #cache = new TokenCache();
  readonly #hub = new WatchHub({ replay: (token, from, max) => this.#replay(token, from, max) });
  readonly #queue = new CommitQueue({ begin: () => this.#begin(), flush: (batch) => this.#flush(batch) });
  readonly #expiry: Expiry;
  #state: StoreState;
  /** While writes fail: the time before which none is tried on a disk that has no room for it. */
  #tryAgainAt = 0;
  #failure: unknown;
  #closing: Promise<void> | undefined;
  /** Copies are made one after the other; settled with the last one. */
  #copies: Promise<unknown> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
    const { folder, clusterId, clock, view, ownership } = parts;
    this.clusterId = clusterId;
    this.#state = readState(folder, view);
    this.#expiry = new Expiry({
      clock,
      view,
      remove: (token) => this.#expire(token),
    });
    ownership.receive((visitor) => void serveBackup(visitor, () => this.copyData()));
  }

  get revision(): number {
    return this.#state.revision;
  }

  range(token: string): TokenRange {
    this.#assertOpen();
    return { revision: this.#state.revision, entries: this.#readEntries(token) };
  }

  rangeAt(token: string, revision: number): TokenRange {
    const range = this.range(token);
    return undoCommits(range, this.#replay(token, revision + 1, Number.POSITIVE_INFINITY));
  }

  async transact<T>(token: string, decide: (range: TokenRange) => Decision<T>): Promise<Committed<T>> {
    this.#assertOpen();
    assertToken(token);
    return new Promise((resolve, reject) => {
      let outcome: T;
      this.#queue.submit({
        token,
        expired: false,
        decide: (range) => {
          const decision = decide(range);
          outcome = decision.outcome;
          return decision.operations;
        },
        resolve: (revision) => resolve({ outcome, revision }),
        reject,
      });
    });
  }

  async assertWritable(): Promise<void> {
    this.#assertOpen();
    const hasFailed = this.#tryAgainAt > 0;
    if (hasFailed) await this.#queue.probe();
  }

  watch(token: string, fromRevision: number, signal?: AbortSignal): AsyncIterableIterator<Commit> {
    return this.#hub.watch(token, fromRevision, signal);
  }

  async *tokens(): AsyncGenerator<TokenEntries> {
    const { view } = this.#parts;
    let last: string | undefined;
    for (;;) {
      this.#assertOpen();
      const names = readable(() => view.readTokens(last, TOKENS_PAGE));
      for (const token of names) {
        this.#assertOpen();
        // Not by way of the cache, which would lose what is in use.
        const entries = readable(() => view.readEntries(token));
        if (entries.length > 0) yield { token, entries };
      }
      if (names.length < TOKENS_PAGE) return;
      last = names.at(-1);
      // Others are served in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  stats(): StoreStats {
    this.#assertOpen();
    return {
      kind: 'lmdb',
      revision: this.#state.revision,
      keys: this.#state.keys,
      tokens: this.#state.tokens,
      watchers: this.#hub.watchers,
      sizeBytes: statSync(join(this.#parts.folder, DATA_FILE)).size + this.#parts.journal.size,
    };
  }

  /**
   * Makes a copy of the data file beside it, with everything that was answered before; commits go on meanwhile. The
   * caller removes it.
   */
  copyData(): Promise<DataCopy> {
    this.#assertOpen();
    const copy = this.#copies.then(() => this.#copyData());
    this.#copies = copy.catch(() => {});
    return copy;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #close(): Promise<void> {
    const { journal, view, checkpointer, environment, ownership } = this.#parts;
    this.#expiry.stop();
    await this.#queue.drain();
    await this.#copies;
    this.#hub.close();
    await journal.close();
    view.release();
    await checkpointer.close();
    await environment.root.close();
    await ownership.release();
  }

  async #copyData(): Promise<DataCopy> {
    const { folder, journal, environment } = this.#parts;
    this.#assertOpen();
    try {
      await journal.bringIn();
      return await makeDataCopy(folder, (path) => environment.root.backup(path, false));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new MusterError('store-unavailable', `the store cannot make a copy of its data file: ${reason}`, {
        remedy: 'See to it that the disk of the store has as much room again as its data file takes.',
        cause: error,
      });
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new MusterError('store-closed', 'the store is closed');
  }

  #readEntries(token: string): readonly Entry[] {
    const cached = this.#cache.get(token);
    if (cached !== undefined) return cached;
    const entries = readable(() => this.#parts.view.readEntries(token));
    this.#cache.set(token, entries);
    return entries;
  }

  #replay(token: string, fromRevision: number, maxCommits: number): Commit[] {
    // Most watches begin after everything that happened: nothing is read for them.
    if (fromRevision > this.#state.revision) return [];
    const { view } = this.#parts;
    const entries = this.#readEntries(token);
    return readable(() => readHistory(view, token, entries, fromRevision, maxCommits));
  }

  #begin(): Batch {
    const { view } = this.#parts;
    return new Batch({
      state: this.#state,
      readEntries: (token) => this.#readEntries(token),
      readRow: (token, key) => readable(() => view.readRow(token, key)),
    });
  }

  async #flush(batch: Batch): Promise<void> {
    const { observer } = this.#parts;
    const startedAt = performance.now();
    const publish = (): void => {
      this.#publish(batch);
      observer?.batchFlushed?.(batch.commits.length, (performance.now() - startedAt) / 1000);
    };
    try {
      await this.#write(batch, publish);
    } catch (error) {
      observer?.batchFailed?.(error);
      throw error;
    }
  }

  /** Writes a batch; one that is empty asks only whether that would succeed. */
  async #write(batch: Batch, publish: () => void): Promise<void> {
    const { folder, clock, journal } = this.#parts;
    const { bytes } = batch;
    const now = clock.now();
    // A disk that is known to be full is asked first: a try costs more, and LMDB writes a line to stderr where it fails.
    if (now < this.#tryAgainAt && !(await hasRoom(folder, bytes))) {
      throw await writeError(folder, bytes, this.#failure);
    }
    try {
      if (batch.commits.length === 0) await journal.assertWritable();
      else await journal.append(batch.format(), this.#state.revision, batch.state.revision, publish);
      this.#tryAgainAt = 0;
    } catch (error) {
      this.#failure = error;
      this.#tryAgainAt = now + FULL_DISK_TRY_MS;
      throw await writeError(folder, bytes, error);
    }
  }

  /** Makes a durable batch known, to every reader and watch in one step. */
  #publish(batch: Batch): void {
    this.#state = batch.state;
    for (const [token, entries] of batch.changed) this.#cache.set(token, entries);
    for (const { token, commit, historyKept, change } of batch.commits) {
      if (change === 'ended' || change === 'expired') {
        this.#parts.observer?.tokenEnded?.(change === 'expired');
      }
      this.#hub.publish(token, commit, historyKept);
      for (const event of commit.events) {
        if (event.type === 'put' && event.entry.expiresAt !== undefined) {
          this.#expiry.expect(event.entry.expiresAt);
        }
      }
    }
  }

  #expire(token: string): Promise<boolean> {
    let any = false;
    return new Promise((resolve, reject) => {
      this.#queue.submit({
        token,
        expired: true,
        decide: ({ entries }) => {
          const operations = expireOperations(entries, this.#parts.clock.now());
          any = operations.length > 0;
          return operations;
        },
        resolve: () => resolve(any),
        reject,
      });
    });
  }
}

/** What `read` answers; an error of LMDB becomes `store-unavailable`. */
function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new MusterError('store-unavailable', 'the store cannot read its data', {
      remedy: 'Look into the log for the reason.',
      cause,
    });
  }
}
