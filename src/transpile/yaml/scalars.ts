import { type Cursor, isBlank, isBreak, isGap } from './cursor.ts';
import { yamlFailure } from './failure.ts';

/** What a folded run of line breaks becomes: one break is a space, more are one less. */
function fold(first: string, more: string): string {
  if (first !== '\n') return first + more;
  return more === '' ? ' ' : more;
}

/** The white space between two parts of a flow or plain scalar. */
interface Gap {
  readonly text: string;
  readonly hasBreak: boolean;
}

/** @param checkBlank sees each blank behind a break before it is passed */
function takeGap(cursor: Cursor, checkBlank: (cursor: Cursor) => void = () => {}): Gap {
  let blanks = '';
  let first: string | undefined;
  let more = '';
  for (;;) {
    const code = cursor.peek();
    if (isBlank(code)) {
      if (first === undefined) {
        blanks += cursor.take();
      } else {
        checkBlank(cursor);
        cursor.skip();
      }
    } else if (isBreak(code)) {
      if (first === undefined) first = cursor.takeBreak();
      else more += cursor.takeBreak();
    } else {
      return { text: first === undefined ? blanks : fold(first, more), hasBreak: first !== undefined };
    }
  }
}

/** Inside `[ ]` and `{ }` these end a plain scalar: `,` `:` `?` `[` `]` `{` `}`. */
const FLOW_ENDS: ReadonlySet<number> = new Set([...',:?[]{}'].map((one) => one.charCodeAt(0)));

const COLON = 0x3a;
const HASH = 0x23;
const TAB = 0x09;

/** A plain scalar, and whether lines were passed behind it. */
export function scanPlain(
  cursor: Cursor,
  indent: number,
  isFlow: boolean,
): { value: string; endsLine: boolean } {
  const isPart = (code: number): boolean => {
    if (isGap(code)) return false;
    if (code === COLON) {
      const isValueBehind = isGap(cursor.peek(1));
      if (isFlow && !isValueBehind) throw yamlFailure("found unexpected ':'", cursor.line);
      return !isValueBehind;
    }
    return !(isFlow && FLOW_ENDS.has(code));
  };
  const checkBlank = ({ column, line }: Cursor): void => {
    if (column < indent && cursor.peek() === TAB)
      throw yamlFailure('found a tab character that violates indentation', line);
  };
  let value = '';
  let gap: Gap = { text: '', hasBreak: false };
  for (;;) {
    if (cursor.isAtDocumentMark() || cursor.peek() === HASH) break;
    const part = cursor.takeWhile(isPart);
    if (part !== '') {
      value += gap.text + part;
      gap = { text: '', hasBreak: false };
    }
    if (!isBlank(cursor.peek()) && !isBreak(cursor.peek())) break;
    gap = takeGap(cursor, checkBlank);
    if (!isFlow && cursor.column < indent) break;
  }
  return { value, endsLine: gap.hasBreak };
}

/** The escapes of one letter, and what they stand for. */
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

/** The escapes with a code point behind them, and how many digits it has. */
const CODE_POINT_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function takeEscape(cursor: Cursor): string {
  cursor.skip();
  const letter = String.fromCharCode(cursor.peek());
  const digits = CODE_POINT_DIGITS[letter];
  if (digits === undefined) {
    const meant = ESCAPES[letter];
    if (meant === undefined) throw yamlFailure('found unknown escape character', cursor.line);
    cursor.skip();
    return meant;
  }
  cursor.skip();
  let code = 0;
  for (let left = digits; left > 0; left--) {
    const digit = Number.parseInt(String.fromCharCode(cursor.peek()), 16);
    if (Number.isNaN(digit)) throw yamlFailure('did not find expected hexdecimal number', cursor.line);
    code = code * 16 + digit;
    cursor.skip();
  }
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
    throw yamlFailure('found invalid Unicode character escape code', cursor.line);
  return String.fromCodePoint(code);
}

const BACKSLASH = 0x5c;

/** A scalar in quotes, with the cursor on the first of them. */
export function scanQuoted(cursor: Cursor): string {
  const quote = cursor.peek();
  const isDouble = quote === 0x22;
  const isPart = (code: number): boolean =>
    !isGap(code) && code !== quote && !(isDouble && code === BACKSLASH);
  let value = '';
  cursor.skip();
  for (;;) {
    if (cursor.isAtDocumentMark()) throw yamlFailure('found unexpected document indicator', cursor.line);
    if (cursor.isAtEnd) throw yamlFailure('found unexpected end of stream', cursor.line);
    let isJoined = false;
    for (;;) {
      value += cursor.takeWhile(isPart);
      const code = cursor.peek();
      if (!isDouble && code === quote && cursor.peek(1) === quote) {
        cursor.skip(2);
        value += "'";
      } else if (isDouble && code === BACKSLASH && isBreak(cursor.peek(1))) {
        cursor.skip();
        cursor.takeBreak();
        isJoined = true;
        break;
      } else if (isDouble && code === BACKSLASH) {
        value += takeEscape(cursor);
      } else {
        break;
      }
    }
    if (!isJoined && cursor.peek() === quote) {
      cursor.skip();
      return value;
    }
    value += isJoined ? takeJoint(cursor) : takeGap(cursor).text;
  }
}

/** What follows a break that a `\` took away: blanks go, further breaks stay. */
function takeJoint(cursor: Cursor): string {
  let breaks = '';
  while (isBlank(cursor.peek()) || isBreak(cursor.peek())) {
    if (isBlank(cursor.peek())) cursor.skip();
    else breaks += cursor.takeBreak();
  }
  return breaks;
}

/** What a block scalar says about itself behind its `|` or `>`. */
interface BlockHeader {
  readonly isLiteral: boolean;
  readonly chomping: 'clip' | 'keep' | 'strip';
  /** 0: to be found out from the text. */
  readonly increment: number;
}

const PLUS = 0x2b;
const MINUS = 0x2d;

function takeBlockHeader(cursor: Cursor): BlockHeader {
  const isLiteral = cursor.take() === '|';
  let chomping: BlockHeader['chomping'] = 'clip';
  let increment = 0;
  let hasChomping = false;
  for (let part = 0; part < 2; part++) {
    const code = cursor.peek();
    if (!hasChomping && (code === PLUS || code === MINUS)) {
      chomping = code === PLUS ? 'keep' : 'strip';
      hasChomping = true;
      cursor.skip();
    } else if (increment === 0 && code >= 0x30 && code <= 0x39) {
      if (code === 0x30) throw yamlFailure('found an indentation indicator equal to 0', cursor.line);
      increment = code - 0x30;
      cursor.skip();
    }
  }
  cursor.takeWhile(isBlank);
  if (cursor.peek() === HASH) cursor.takeWhile((code) => !isBreak(code) && code !== 0);
  if (!cursor.isAtEnd && !isBreak(cursor.peek()))
    throw yamlFailure('did not find expected comment or line break', cursor.line);
  if (isBreak(cursor.peek())) cursor.takeBreak();
  return { isLiteral, chomping, increment };
}

const SPACE = 0x20;

/** The indentation in front of a line of a block scalar, and the empty lines before it. */
function takeBlockBreaks(
  cursor: Cursor,
  known: number,
  parentIndent: number,
): { breaks: string; indent: number } {
  let breaks = '';
  let deepest = 0;
  for (;;) {
    while ((known === 0 || cursor.column < known) && cursor.peek() === SPACE) cursor.skip();
    deepest = Math.max(deepest, cursor.column);
    if ((known === 0 || cursor.column < known) && cursor.peek() === TAB)
      throw yamlFailure('found a tab character where an indentation space is expected', cursor.line);
    if (!isBreak(cursor.peek())) break;
    breaks += cursor.takeBreak();
  }
  return { breaks, indent: known === 0 ? Math.max(deepest, parentIndent + 1, 1) : known };
}

const isInLine = (code: number): boolean => !isBreak(code) && code !== 0;

/** A literal or folded scalar, with the cursor on its `|` or `>`. */
export function scanBlock(cursor: Cursor, parentIndent: number): string {
  const { isLiteral, chomping, increment } = takeBlockHeader(cursor);
  const given = increment === 0 ? 0 : Math.max(parentIndent, 0) + increment;
  let { breaks, indent } = takeBlockBreaks(cursor, given, parentIndent);
  let value = '';
  let lineEnd = '';
  let wasBlank = false;
  while (cursor.column === indent && !cursor.isAtEnd) {
    const isBlankLine = isBlank(cursor.peek());
    const folds = !isLiteral && lineEnd === '\n' && !wasBlank && !isBlankLine;
    if (!folds) value += lineEnd;
    else if (breaks === '') value += ' ';
    value += breaks;
    wasBlank = isBlankLine;
    value += cursor.takeWhile(isInLine);
    lineEnd = cursor.isAtEnd ? '' : cursor.takeBreak();
    ({ breaks, indent } = takeBlockBreaks(cursor, indent, parentIndent));
  }
  if (chomping !== 'strip') value += lineEnd;
  if (chomping === 'keep') value += breaks;
  return value;
}
