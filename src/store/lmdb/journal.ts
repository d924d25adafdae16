import { rm } from 'node:fs/promises';
import type { Clock, Timer } from '../../clock/clock.ts';
import type { Checkpointer } from './checkpointer.ts';
import type { JournalFile } from './journal-file.ts';
import { formatRecord } from './journal-record.ts';
import { Overlay } from './overlay.ts';
import type { View } from './view.ts';

/** When the journal is brought into the data file. Tests make it small. */
export interface JournalBounds {
  /** The size of a file at first; it is doubled when that is not enough. */
  readonly firstBytes: number;
  /** With so much in a file, a checkpoint begins. */
  readonly checkpointBytes: number;
  /** Beyond this no file grows, except for one large batch: writes wait for the checkpoint that is under way. */
  readonly maxBytes: number;
  /** So long after the first batch a checkpoint begins, however little there is. */
  readonly checkpointMs: number;
}

export const DEFAULT_JOURNAL_BOUNDS: JournalBounds = {
  firstBytes: 256 * 1024,
  checkpointBytes: 4 * 1024 * 1024,
  maxBytes: 8 * 1024 * 1024,
  checkpointMs: 1_000,
};

/** How long after a checkpoint that failed the next one begins, where no write asks for it. */
const RETRY_MS = 10_000;

/** A file of the journal, and what it holds beyond the data file. */
export interface Segment {
  readonly file: JournalFile;
  readonly overlay: Overlay;
  /** The store's revision with all of its records. */
  readonly revision: number;
}

/** What the two files of the journal hold when the store is opened. */
export interface Segments {
  /** The file that is appended to. */
  readonly active: Segment;
  /** The other file, where it holds records, which come before those of the active one. */
  readonly full: Segment | undefined;
}

export interface JournalOptions extends Segments {
  readonly files: readonly JournalFile[];
  readonly clusterId: string;
  readonly clock: Clock;
  readonly view: View;
  readonly checkpointer: Checkpointer;
  readonly bounds: JournalBounds;
}

/**
 * The write-ahead journal in front of the data file: a batch is durable with one append. Of two files one is appended
 * to; with enough in it they change places, and a checkpoint brings the full one into the data file, in one large
 * transaction. Then the full one is free to be written over. Until then readers see its rows by an overlay.
 */
export class Journal {
  readonly #options: JournalOptions;
  #active: Segment;
  #full: Segment | undefined;
  /** The checkpoint of the full file that is under way. */
  #checkpoint: Promise<void> | undefined;
  #isDue = false;
  #isAppending = false;
  /** The revision that the data file has at least. */
  #appliedRevision: number;
  /** Those who wait until nothing is being appended. */
  #appendEnd: (() => void)[] = [];
  #dueTimer: Timer | undefined;
  #retryTimer: Timer | undefined;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#active = options.active;
    this.#full = options.full;
    this.#appliedRevision = options.view.readFileState()?.revision ?? 0;
    if (this.#full !== undefined) {
      options.view.lay(this.#full.overlay);
      this.#runCheckpoint().catch(() => {});
    }
    options.view.lay(this.#active.overlay);
    if (this.#active.file.end > 0) this.#scheduleCheckpoint();
  }

  /** Bytes on the disk. */
  get size(): number {
    return this.#options.files.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Makes the changes that lead from revision `before` to `after` durable, and calls `publish` in the step in which
   * readers see them; rejects when nothing of them is durable. One append is under way at a time.
   */
  async append(changes: ArrayBuffer, before: number, after: number, publish: () => void): Promise<void> {
    const record = formatRecord(this.#options.clusterId, before, after, changes);
    this.#isAppending = true;
    try {
      await this.#makeRoom(record.length);
      const { file, overlay } = this.#active;
      await file.append(record);
      overlay.add(Buffer.from(changes));
      this.#active = { file, overlay, revision: after };
      publish();
    } finally {
      this.#isAppending = false;
      for (const wake of this.#appendEnd.splice(0)) wake();
    }
    if (this.#active.file.end >= this.#options.bounds.checkpointBytes) this.#isDue = true;
    else if (this.#dueTimer === undefined) this.#scheduleCheckpoint();
    this.#startIfDue();
  }

  /** Rejects while what is in the way of appends cannot be removed: a torn record, a checkpoint that fails. */
  async assertWritable(): Promise<void> {
    await this.#active.file.repair();
    if (this.#full !== undefined) await this.#runCheckpoint();
  }

  /** Resolves when the data file has everything that was durable before; later commits go on meanwhile. */
  async bringIn(): Promise<void> {
    const { revision } = this.#active;
    while (this.#appliedRevision < revision) {
      if (this.#full !== undefined) await this.#runCheckpoint();
      else if (this.#isAppending) await new Promise<void>((resolve) => this.#appendEnd.push(resolve));
      else this.#swap();
    }
  }

  /** Brings everything into the data file and removes the journal. Where that fails, the next start finds it there. */
  async close(): Promise<void> {
    const { files } = this.#options;
    const isApplied = await this.#applyAll().then(
      () => true,
      () => false,
    );
    this.#dueTimer?.cancel();
    this.#retryTimer?.cancel();
    for (const file of files) await file.close();
    if (isApplied) for (const { path } of files) await rm(path, { force: true });
  }

  async #applyAll(): Promise<void> {
    await this.#checkpoint?.catch(() => {});
    for (;;) {
      if (this.#full !== undefined) await this.#runCheckpoint();
      else if (this.#active.file.end > 0) this.#swap();
      else return;
    }
  }

  /** Sees to it that the active file has room for a record: in itself, or else in the other one. */
  async #makeRoom(bytes: number): Promise<void> {
    const { file } = this.#active;
    await file.repair();
    if (file.fits(bytes) || (await this.#grow(file, bytes).catch(() => false))) return;
    if (this.#full !== undefined) await this.#runCheckpoint();
    this.#swap();
    if (!this.#active.file.fits(bytes)) await this.#grow(this.#active.file, bytes);
  }

  /** Answers whether a file may get so large; rejects when the disk has no room for it. */
  async #grow(file: JournalFile, bytes: number): Promise<boolean> {
    const { firstBytes, maxBytes } = this.#options.bounds;
    const wanted = file.end + bytes;
    // A file that is empty takes any batch.
    if (wanted > maxBytes && file.end > 0) return false;
    await file.grow(Math.max(wanted, Math.min(2 * file.size, maxBytes), firstBytes));
    return true;
  }

  /** Begins the other file, which is empty, and the checkpoint of this one. */
  #swap(): void {
    const { files, view } = this.#options;
    const { file, overlay, revision } = this.#active;
    const other = files.find((each) => each !== file);
    if (other === undefined) throw new Error('the journal has one file only');
    this.#isDue = false;
    this.#dueTimer?.cancel();
    this.#dueTimer = undefined;
    if (file.end === 0) {
      this.#active = { file: other, overlay, revision };
      return;
    }
    this.#full = this.#active;
    this.#active = { file: other, overlay: new Overlay(), revision };
    view.lay(this.#active.overlay);
    this.#runCheckpoint().catch(() => {});
  }

  #startIfDue(): void {
    if (this.#isDue && !this.#isAppending && this.#full === undefined && this.#active.file.end > 0)
      this.#swap();
  }

  #runCheckpoint(): Promise<void> {
    this.#checkpoint ??= this.#applyFull().finally(() => {
      this.#checkpoint = undefined;
      this.#startIfDue();
    });
    return this.#checkpoint;
  }

  async #applyFull(): Promise<void> {
    const { checkpointer, view } = this.#options;
    const full = this.#full;
    if (full === undefined) return;
    try {
      await checkpointer.apply(full.file.path, full.revision);
    } catch (error) {
      // A thread that died may have finished: the data file knows.
      view.renew();
      if ((view.readFileState()?.revision ?? 0) < full.revision) {
        this.#scheduleRetry();
        throw error;
      }
    }
    view.renewWithout(full.overlay);
    full.file.continueAt(0);
    this.#appliedRevision = full.revision;
    this.#full = undefined;
  }

  #scheduleCheckpoint(): void {
    const { clock, bounds } = this.#options;
    this.#dueTimer = clock.setTimer(bounds.checkpointMs, () => {
      this.#dueTimer = undefined;
      this.#isDue = true;
      this.#startIfDue();
    });
  }

  #scheduleRetry(): void {
    this.#retryTimer?.cancel();
    this.#retryTimer = this.#options.clock.setTimer(RETRY_MS, () => {
      if (this.#full !== undefined) this.#runCheckpoint().catch(() => {});
    });
  }
}
