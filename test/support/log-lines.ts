import type { Readable } from 'node:stream';
import { deferred } from './deferred.ts';

const LINES_MAX = 20_000;
const LINE_CHARS_MAX = 64 * 1024;
const TAIL_LINES = 30;

/** What one or more programs printed, line by line, the newest {@link LINES_MAX} lines of it. */
export class LogLines {
  #lines: string[] = [];
  #dropped = 0;
  readonly #readers = new Set<(line: string) => void>();

  /** How many lines were printed so far. Give it to `waitFor` as `fromLine` to see only what comes after. */
  get count(): number {
    return this.#dropped + this.#lines.length;
  }

  /** The lines that are kept, oldest first. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** The last lines as one text, for the message of a failure. */
  get tail(): string {
    return this.#lines.slice(-TAIL_LINES).join('\n');
  }

  /** Reads a stream of UTF-8 text to its end. */
  collect(stream: Readable): void {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = (parts.pop() ?? '').slice(0, LINE_CHARS_MAX);
      for (const line of parts) this.#append(line);
    });
    stream.on('end', () => {
      if (rest !== '') this.#append(rest);
    });
  }

  /**
   * Waits for a line, which may have been printed already.
   *
   * @param fromLine lines before this one (see `count`) are not looked at
   * @throws Error with the last lines of the log after `timeoutMs`; the signal's reason when it aborts
   */
  async waitFor(
    pattern: RegExp,
    timeoutMs: number,
    fromLine = 0,
    signal?: AbortSignal,
  ): Promise<RegExpExecArray> {
    for (const line of this.#lines.slice(Math.max(0, fromLine - this.#dropped))) {
      const match = pattern.exec(line);
      if (match) return match;
    }
    signal?.throwIfAborted();
    const { promise, resolve, reject } = deferred<RegExpExecArray>();
    const read = (line: string): void => {
      const match = pattern.exec(line);
      if (match) resolve(match);
    };
    const onAbort = (): void => reject(signal?.reason);
    const timer = setTimeout(() => {
      reject(new Error(`no line matched ${pattern} within ${timeoutMs} ms; the last lines:\n${this.tail}`));
    }, timeoutMs);
    this.#readers.add(read);
    signal?.addEventListener('abort', onAbort);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#readers.delete(read);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #append(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > 2 * LINES_MAX) {
      this.#dropped += LINES_MAX;
      this.#lines = this.#lines.slice(LINES_MAX);
    }
    for (const read of [...this.#readers]) read(line);
  }
}
