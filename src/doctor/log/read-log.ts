import { LogReader, type LogReport } from './explain-log.ts';

/** A line without an end does not fill the memory: what is behind this is left out. */
const LINE_MAX_CHARS = 64 * 1024;

/**
 * Reads a log to its end. What is no UTF-8 in it does not matter.
 *
 * @throws the reason of the signal
 */
export async function readLog(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LogReport> {
  const decoder = new TextDecoder();
  const reader = new LogReader();
  let rest = '';
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, LINE_MAX_CHARS);
    for (const line of lines) reader.add(line);
  }
  // A stream that is destroyed may end as if it were over.
  signal.throwIfAborted();
  reader.add(rest + decoder.decode());
  return reader.report();
}
