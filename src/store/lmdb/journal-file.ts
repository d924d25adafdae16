import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** What is written at once while a file grows. */
const ZEROS = Buffer.alloc(256 * 1024);

/**
 * On Linux each write to the file returns when it is on the disk. A flush of its own, as elsewhere, would be a second
 * call, whose start waits until the event loop gets to it. (On macOS only the flush goes through the disk's own cache.)
 */
const WRITES_THROUGH = process.platform === 'linux';
const FLAGS = constants.O_RDWR | constants.O_CREAT | (WRITES_THROUGH ? constants.O_DSYNC : 0);

/**
 * A file that records are appended to. It is filled with zeros ahead of them, so that an append changes neither its
 * length nor its place on the disk, and is durable after one flush of the record itself.
 */
export class JournalFile {
  readonly path: string;
  readonly #handle: FileHandle;
  #size: number;
  #end = 0;
  /** Whether a record that was refused may stand behind the last one. */
  #isTorn = false;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.#handle = handle;
    this.#size = size;
  }

  /** Makes the file where it is missing. */
  static async open(path: string): Promise<JournalFile> {
    const handle = await open(path, FLAGS, 0o600);
    const { size } = await handle.stat();
    return new JournalFile(path, handle, size);
  }

  /** Bytes on the disk. */
  get size(): number {
    return this.#size;
  }

  /** Where the next record goes. */
  get end(): number {
    return this.#end;
  }

  /** All that is in the file, on the disk for certain: what a killed process left may be in memory only. */
  async read(): Promise<Buffer> {
    await this.#handle.sync();
    const bytes = Buffer.alloc(this.#size);
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, at, bytes.length - at, at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes;
  }

  /** Goes on behind the last record of `read`, or from the start again: nothing behind `end` counts any more. */
  continueAt(end: number): void {
    this.#end = end;
  }

  fits(bytes: number): boolean {
    return this.#end + bytes <= this.#size;
  }

  /** Makes the file `size` bytes long, at least. Rejects and changes nothing where the disk has no room. */
  async grow(size: number): Promise<void> {
    if (size <= this.#size) return;
    try {
      for (let at = this.#size; at < size; at += ZEROS.length) {
        await this.#write(ZEROS.subarray(0, size - at), at);
      }
      await this.#handle.sync();
    } catch (error) {
      await this.#handle.truncate(this.#size).catch(() => {});
      throw error;
    }
    this.#size = size;
  }

  /** Resolves when the record, which fits, is on the disk. A record that was refused is not read back later. */
  async append(record: Buffer): Promise<void> {
    await this.repair();
    try {
      await this.#write(record, this.#end);
    } catch (error) {
      this.#isTorn = true;
      // Where this fails too, it is tried again before anything else is written.
      await this.repair().catch(() => {});
      throw error;
    }
    this.#end += record.length;
  }

  /** Wipes out the start of a record that was refused, so that it is none. */
  async repair(): Promise<void> {
    if (!this.#isTorn) return;
    await this.#write(ZEROS.subarray(0, Math.min(64, this.#size - this.#end)), this.#end);
    this.#isTorn = false;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** Resolves when the bytes are on the disk. */
  async #write(bytes: Uint8Array, position: number): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      // Short on a disk that gets full; the next call says why.
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at, position + at);
      at += bytesWritten;
    }
    if (!WRITES_THROUGH) await this.#handle.datasync();
  }
}
