/**
 * How a running store hands out copies of itself, over the socket that says who owns its folder: whoever may open that
 * may read the files beside it too. The other side says `backup`; it gets a line of JSON, with the number of bytes or with
 * what is wrong, and then the bytes of a data file.
 *
 * The running process makes the copy, since another one could not do it safely: it would have to read data file and
 * journal at one moment, while a checkpoint moves what is in one to the other; and when it is killed in the midst, LMDB
 * would keep its place among the readers, and with it every page that is freed from then on. The bytes go over the socket,
 * so that the service writes nowhere but in its own folder, whoever asks for what.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { finished, pipeline } from 'node:stream/promises';
import { isMusterError, MusterError } from '../../errors.ts';
import type { DataCopy } from './data-copy.ts';

const REQUEST = 'backup\n';
/** How long a visitor may take to say what it wants, or to take what it asked for. */
const SILENCE_MAX_MS = 60_000;
const HEAD_MAX_BYTES = 16_384;
const NEWLINE = 10;

/** What comes before the bytes. */
type Head = { readonly bytes: number } | { readonly error: string; readonly remedy: string | undefined };

/** Serves one visitor of the socket. Never rejects. */
export async function serveBackup(visitor: Socket, copyData: () => Promise<DataCopy>): Promise<void> {
  let copy: DataCopy | undefined;
  try {
    visitor.on('timeout', () => visitor.destroy());
    visitor.setTimeout(SILENCE_MAX_MS);
    if ((await readRequest(visitor)) !== REQUEST) return;
    // Of a large store the copy takes its time.
    visitor.setTimeout(0);
    copy = await copyData();
    visitor.setTimeout(SILENCE_MAX_MS);
    visitor.write(formatHead({ bytes: copy.bytes }));
    await pipeline(createReadStream(copy.path), visitor);
  } catch (error) {
    if (!visitor.writable) return;
    const { message, remedy } = isMusterError(error)
      ? error
      : new MusterError('store-unavailable', String(error));
    visitor.end(formatHead({ error: message, remedy }));
    await finished(visitor).catch(() => {});
  } finally {
    visitor.destroy();
    copy?.remove();
  }
}

async function readRequest(visitor: Socket): Promise<string> {
  let text = '';
  for (;;) {
    const chunk = visitor.read() as Buffer | null;
    if (chunk !== null) text += chunk.toString();
    if (text.includes('\n') || text.length > REQUEST.length || visitor.readableEnded) return text;
    if (chunk === null) await Promise.race([once(visitor, 'readable'), once(visitor, 'close')]);
    if (visitor.destroyed) return '';
  }
}

function formatHead(head: Head): string {
  return `${JSON.stringify(head)}\n`;
}

/**
 * Asks the owner of a data folder for a copy of its data file, and writes it to a new file.
 *
 * @param owner a connection to it
 * @throws MusterError `store-unavailable` where the owner cannot, or ends in the midst
 */
export async function receiveBackup(owner: Socket, path: string): Promise<void> {
  try {
    owner.write(REQUEST);
    await writeFile(path, bodyOf(owner), { flag: 'wx', mode: 0o600, flush: true });
  } catch (error) {
    if (!isMusterError(error)) throw error;
    await rm(path, { force: true });
    throw error;
  } finally {
    owner.destroy();
  }
}

/** The bytes behind the head, as many as it says. */
async function* bodyOf(owner: Socket): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let missing = 0;
  for await (const part of owner as AsyncIterable<Buffer>) {
    let chunk = part;
    if (head !== undefined) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf(NEWLINE);
      if (end < 0 && head.length > HEAD_MAX_BYTES) break;
      if (end < 0) continue;
      missing = parseHead(head.toString('utf8', 0, end));
      chunk = head.subarray(end + 1);
      head = undefined;
    }
    missing -= chunk.length;
    yield chunk;
  }
  if (head === undefined && missing === 0) return;
  const problem =
    head === undefined ? 'ended before the copy was complete' : 'does not know how to make a copy';
  throw new MusterError('store-unavailable', `the Muster that runs on the folder ${problem}`, {
    remedy: 'Look into its log; where it is of an older version, stop it and ask again.',
  });
}

/** Answers how many bytes come. */
function parseHead(text: string): number {
  const head = JSON.parse(text) as Head;
  if ('bytes' in head) return head.bytes;
  const { error, remedy } = head;
  throw new MusterError('store-unavailable', error, remedy === undefined ? {} : { remedy });
}
