/**
 * The file of `muster export`: JSON, one value a line.
 *
 *     {"format":"muster-export","version":1,...}     what it is, once
 *     {"token":"...","keys":[...]}                    one token with all its keys, in the byte order of <token>/
 *     {"end":{"tokens":2,"keys":9}}                   how much there was: a file without this line was cut off
 */
import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import type { Entry, TokenEntries } from '../store/store.ts';

const FORMAT = 'muster-export';
const VERSION = 1;

/** What an export says of itself. */
export interface ExportHeader {
  /** As ISO 8601. */
  readonly exportedAt: string;
  /** The kind of the store, such as `lmdb`. */
  readonly store: string;
  readonly clusterId: string;
  /** The store's revision when the export began. */
  readonly revision: number;
}

/** How much an export holds. */
export interface ExportCounts {
  readonly tokens: number;
  readonly keys: number;
}

/** One line of a text file, counted from 1. */
export interface Line {
  readonly number: number;
  readonly text: string;
}

/** What a line holds, as far as is known before it was looked at. */
interface JsonObject {
  readonly format?: unknown;
  readonly version?: unknown;
  readonly end?: unknown;
  readonly tokens?: unknown;
  readonly token?: unknown;
  readonly keys?: unknown;
  readonly key?: unknown;
  readonly value?: unknown;
  readonly base64?: unknown;
  readonly createRevision?: unknown;
  readonly modRevision?: unknown;
  readonly expiresAt?: unknown;
}

/** A token of an export, and the line that it stands in. */
export interface ExportedToken extends TokenEntries {
  readonly line: number;
}

export function formatHeader(header: ExportHeader): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...header })}\n`;
}

export function formatToken({ token, entries }: TokenEntries): string {
  return `${JSON.stringify({ token, keys: entries.map(formatEntry) })}\n`;
}

export function formatEnd(counts: ExportCounts): string {
  return `${JSON.stringify({ end: counts })}\n`;
}

/** A value that is UTF-8 stands there as it is, for people and their tools; any other one in base64. */
function formatEntry({ key, value, createRevision, modRevision, version, expiresAt }: Entry): object {
  const text = textOf(value);
  return {
    key,
    ...(text === undefined ? { base64: Buffer.from(value).toString('base64') } : { value: text }),
    createRevision,
    modRevision,
    version,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(value: Uint8Array): string | undefined {
  try {
    return decoder.decode(value);
  } catch {
    return undefined;
  }
}

/**
 * The tokens of an export, read as they are asked for.
 *
 * @throws MusterError `bad-file` with the number of the line that is wrong, also where the end is missing
 */
export async function* parseExport(lines: AsyncIterable<Line>): AsyncGenerator<ExportedToken> {
  let last: Line | undefined;
  let lastToken: string | undefined;
  let end: ExportCounts | undefined;
  let tokens = 0;
  let keys = 0;
  for await (const line of lines) {
    last = line;
    if (end !== undefined)
      throw lineError(line.number, 'there is something behind the last line of an export');
    const value = parseObject(line);
    if (line.number === 1) {
      assertHeader(value);
      continue;
    }
    if (value.end !== undefined) {
      end = parseCounts(line, value.end);
      if (end.tokens !== tokens || end.keys !== keys) {
        const held = `${end.tokens} tokens with ${end.keys} keys`;
        throw lineError(line.number, `the file held ${held}, and ${tokens} with ${keys} are there`);
      }
      continue;
    }
    const found = parseToken(line, value);
    if (lastToken !== undefined && Buffer.compare(rankOf(lastToken), rankOf(found.token)) >= 0) {
      throw lineError(line.number, 'the tokens are not in order, or one of them stands twice');
    }
    lastToken = found.token;
    tokens++;
    keys += found.entries.length;
    yield found;
  }
  if (last === undefined) {
    throw new MusterError('bad-file', 'there is nothing in the file', {
      remedy: 'Give a file that "muster export" wrote.',
    });
  }
  if (end !== undefined) return;
  throw new MusterError(
    'bad-file',
    `the file was cut off behind line ${last.number}: the line with the counts is missing`,
    { remedy: 'Export once more, or copy the whole of the file.' },
  );
}

function rankOf(token: string): Buffer {
  return Buffer.from(`${token}/`);
}

function lineError(number: number, problem: string, cause?: unknown): MusterError {
  return new MusterError('bad-file', `line ${number}: ${problem}`, {
    remedy: 'Give a file as "muster export" wrote it.',
    ...(cause === undefined ? {} : { cause }),
  });
}

function parseObject({ number, text }: Line): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // A line that is not whole is the usual mark of a file that was cut off.
    throw lineError(number, 'this is not JSON, or not the whole of it', error);
  }
  if (!isObject(value)) throw lineError(number, 'this is not a JSON object');
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function assertHeader({ format, version }: JsonObject): void {
  if (format !== FORMAT)
    throw lineError(1, `this is not the first line of an export: no "format":"${FORMAT}"`);
  if (version === VERSION) return;
  throw new MusterError(
    'bad-file',
    `the file has version ${JSON.stringify(version)} of the format, not ${VERSION}`,
    {
      remedy: 'Import it with the version of Muster that wrote it, or a newer one.',
    },
  );
}

function parseCounts({ number }: Line, value: unknown): ExportCounts {
  if (!isObject(value)) throw lineError(number, 'the counts are not an object');
  const { tokens, keys } = value;
  if (!isCount(tokens) || !isCount(keys)) throw lineError(number, 'the counts are not whole numbers');
  return { tokens, keys };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function parseToken({ number }: Line, { token, keys }: JsonObject): ExportedToken {
  if (typeof token !== 'string' || token === '' || token.includes('/')) {
    throw lineError(number, '"token" is not a text without slashes');
  }
  if (!Array.isArray(keys) || keys.length === 0) throw lineError(number, '"keys" is not a list of keys');
  const entries = keys.map((key: unknown, place) => {
    const problem = (text: string): MusterError => lineError(number, `key ${place + 1} of the token ${text}`);
    return parseEntry(key, problem);
  });
  const { storeKeyMaxBytes } = LIMITS;
  const longest = Math.max(...entries.map(({ key }) => Buffer.byteLength(`${token}/${key}`)));
  if (longest > storeKeyMaxBytes) throw lineError(number, `a key is longer than ${storeKeyMaxBytes} bytes`);
  const names = new Set(entries.map(({ key }) => key));
  if (names.size < entries.length) throw lineError(number, 'a key of the token stands twice');
  return { line: number, token, entries };
}

function parseEntry(value: unknown, problem: (text: string) => MusterError): Entry {
  if (!isObject(value)) throw problem('is not an object');
  const { key, createRevision, modRevision, version, expiresAt } = value;
  if (typeof key !== 'string' || /\p{Surrogate}/u.test(key)) throw problem('has no "key" that is Unicode');
  const numbers = { createRevision, modRevision, version };
  for (const [name, number] of Object.entries(numbers)) {
    if (!isCount(number)) throw problem(`has no "${name}" that is a whole number`);
  }
  if (expiresAt !== undefined && !isCount(expiresAt)) throw problem('has an "expiresAt" that is no time');
  return {
    key,
    value: parseValue(value, problem),
    createRevision: Number(createRevision),
    modRevision: Number(modRevision),
    version: Number(version),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function parseValue({ value: text, base64 }: JsonObject, problem: (text: string) => MusterError): Uint8Array {
  if (typeof text === 'string' && base64 === undefined && !/\p{Surrogate}/u.test(text)) {
    return new TextEncoder().encode(text);
  }
  const bytes = typeof base64 === 'string' && text === undefined ? Buffer.from(base64, 'base64') : undefined;
  if (bytes === undefined || bytes.toString('base64') !== base64) {
    throw problem('has neither a "value" that is Unicode nor a "base64"');
  }
  return new Uint8Array(bytes);
}
