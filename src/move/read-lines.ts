import { MusterError } from '../errors.ts';
import type { Line } from './export-format.ts';

/** Far above what a token with all the members that it may have takes. */
const LINE_MAX_BYTES = 64 * 1024 * 1024;

const NEWLINE = 10;

/**
 * The lines of a file in UTF-8, read as they are asked for.
 *
 * @throws MusterError `bad-file` for a line that is too long, or is not UTF-8
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  lineMaxBytes: number = LINE_MAX_BYTES,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let parts: Uint8Array[] = [];
  let bytes = 0;
  let number = 0;
  const take = (): Line => {
    number++;
    const whole = Buffer.concat(parts);
    parts = [];
    bytes = 0;
    try {
      return { number, text: decoder.decode(whole) };
    } catch (cause) {
      throw badLine(`line ${number} is not UTF-8`, cause);
    }
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      const end = newline < 0 ? chunk.length : newline;
      bytes += end - start;
      if (bytes > lineMaxBytes) throw badLine(`line ${number + 1} is longer than ${lineMaxBytes} bytes`);
      if (end > start) parts.push(chunk.subarray(start, end));
      if (newline < 0) break;
      yield take();
      start = newline + 1;
    }
  }
  if (bytes > 0) yield take();
}

function badLine(problem: string, cause?: unknown): MusterError {
  return new MusterError('bad-file', problem, {
    remedy: 'Give a file as "muster export" wrote it; one that is compressed must be unpacked before.',
    ...(cause === undefined ? {} : { cause }),
  });
}
