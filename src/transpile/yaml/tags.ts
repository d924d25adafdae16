import { type Cursor, isBlank, isBreak, isGap } from './cursor.ts';
import { yamlFailure } from './failure.ts';

/** A tag as it is written: its handle (`!!`), and what is behind that. */
export interface TagToken {
  readonly handle: string;
  readonly suffix: string;
}

/** A directive of the document. */
export type Directive =
  | { readonly kind: 'version'; readonly major: number; readonly minor: number }
  | { readonly kind: 'tag'; readonly handle: string; readonly prefix: string };

const isWord = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  (code >= 0x41 && code <= 0x5a) ||
  (code >= 0x61 && code <= 0x7a) ||
  code === 0x5f ||
  code === 0x2d;

/** What may follow a name right away, beside white space. */
const NAME_ENDS: ReadonlySet<number> = new Set([...'?:,]}%@`'].map((one) => one.charCodeAt(0)));

/** The name of an anchor or an alias, with the cursor on its `&` or `*`. */
export function scanName(cursor: Cursor): string {
  cursor.skip();
  const name = cursor.takeWhile(isWord);
  if (name === '' || !(isGap(cursor.peek()) || NAME_ENDS.has(cursor.peek())))
    throw yamlFailure('did not find expected alphabetic or numeric character', cursor.line);
  return name;
}

const BANG = 0x21;
const PERCENT = 0x25;
const URI_MARKS: ReadonlySet<number> = new Set([..."%;/?:@&=+$,.!~*'()[]"].map((one) => one.charCodeAt(0)));

function takeHandle(cursor: Cursor): string {
  if (cursor.peek() !== BANG) throw yamlFailure("did not find expected '!'", cursor.line);
  const name = cursor.take() + cursor.takeWhile(isWord);
  return cursor.peek() === BANG ? name + cursor.take() : name;
}

function takeUri(cursor: Cursor, isEmptyFine: boolean): string {
  const written = cursor.takeWhile((code) => isWord(code) || URI_MARKS.has(code));
  if (written === '' && !isEmptyFine) throw yamlFailure('did not find expected tag URI', cursor.line);
  if (!written.includes('%')) return written;
  try {
    return decodeURIComponent(written);
  } catch {
    throw yamlFailure('did not find URI escaped octet', cursor.line);
  }
}

/** A tag, with the cursor on its first `!`. */
export function scanTag(cursor: Cursor): TagToken {
  const tag = takeTag(cursor);
  if (!isGap(cursor.peek())) throw yamlFailure('did not find expected whitespace or line break', cursor.line);
  return tag;
}

function takeTag(cursor: Cursor): TagToken {
  if (cursor.startsWith('!<')) {
    cursor.skip(2);
    const suffix = takeUri(cursor, false);
    if (!cursor.startsWith('>')) throw yamlFailure("did not find the expected '>'", cursor.line);
    cursor.skip();
    return { handle: '', suffix };
  }
  const handle = takeHandle(cursor);
  if (handle.length > 1 && handle.endsWith('!')) return { handle, suffix: takeUri(cursor, false) };
  const suffix = handle.slice(1) + takeUri(cursor, true);
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix };
}

function takeNumber(cursor: Cursor): number {
  const digits = cursor.takeWhile((code) => code >= 0x30 && code <= 0x39);
  if (digits.length > 9) throw yamlFailure('found extremely long version number', cursor.line);
  if (digits === '') throw yamlFailure('did not find expected version number', cursor.line);
  return Number(digits);
}

function takeDirective(cursor: Cursor, name: string): Directive {
  cursor.takeWhile(isBlank);
  if (name === 'YAML') {
    const major = takeNumber(cursor);
    if (!cursor.startsWith('.'))
      throw yamlFailure("did not find expected digit or '.' character", cursor.line);
    cursor.skip();
    return { kind: 'version', major, minor: takeNumber(cursor) };
  }
  const handle = takeHandle(cursor);
  if (handle !== '!' && !handle.endsWith('!')) throw yamlFailure("did not find expected '!'", cursor.line);
  if (!isBlank(cursor.peek())) throw yamlFailure('did not find expected whitespace', cursor.line);
  cursor.takeWhile(isBlank);
  const prefix = takeUri(cursor, false);
  if (!isGap(cursor.peek())) throw yamlFailure('did not find expected whitespace or line break', cursor.line);
  return { kind: 'tag', handle, prefix };
}

/** A directive and the rest of its line, with the cursor on its `%`. */
export function scanDirective(cursor: Cursor): Directive {
  if (cursor.peek() === PERCENT) cursor.skip();
  const name = cursor.takeWhile(isWord);
  if (name === '') throw yamlFailure('could not find expected directive name', cursor.line);
  if (!isGap(cursor.peek())) throw yamlFailure('found unexpected non-alphabetical character', cursor.line);
  if (name !== 'YAML' && name !== 'TAG') throw yamlFailure('found unknown directive name', cursor.line);
  const directive = takeDirective(cursor, name);
  cursor.takeWhile(isBlank);
  if (cursor.startsWith('#')) cursor.takeWhile((code) => !isBreak(code) && code !== 0);
  if (!cursor.isAtEnd && !isBreak(cursor.peek()))
    throw yamlFailure('did not find expected comment or line break', cursor.line);
  if (isBreak(cursor.peek())) cursor.takeBreak();
  return directive;
}
