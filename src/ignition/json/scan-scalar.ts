import { JsonError, showCharacter } from './json-error.ts';
import type { JsonNode, JsonString } from './node.ts';

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** What may stand in a string as it is. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what may not
const PLAIN = /[^"\\\u0000-\u001f]+/y;
const WORD = /[A-Za-z_]\w*/y;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

const LITERALS: Readonly<Record<string, (start: number, end: number) => JsonNode>> = {
  true: (start, end) => ({ kind: 'boolean', value: true, start, end }),
  false: (start, end) => ({ kind: 'boolean', value: false, start, end }),
  null: (start, end) => ({ kind: 'null', start, end }),
};

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Reads the escape at a backslash: what it stands for, and the offset behind it. */
function scanEscape(text: string, at: number): readonly [string, number] {
  const letter = text.charAt(at + 1);
  const simple = ESCAPES[letter];
  if (simple !== undefined) return [simple, at + 2];
  const digits = text.slice(at + 2, at + 6);
  if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(digits))
    return [String.fromCharCode(Number.parseInt(digits, 16)), at + 6];
  if (letter === 'u') throw new JsonError('"\\u" needs four hexadecimal digits behind it', at);
  throw new JsonError(
    `a backslash stands before ${letter === '' ? 'the end' : showCharacter(text, at + 1)}, where JSON knows only \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX; a backslash itself is written \\\\`,
    at,
  );
}

function describeInString(text: string, at: number): string {
  return /[\r\n]/.test(text.charAt(at))
    ? 'a string is not closed on its line; a line break in it is written \\n'
    : `a string holds ${showCharacter(text, at)} as it is; in JSON it is written as an escape, such as \\t`;
}

/** Reads the string that begins at a quote. */
export function scanString(text: string, start: number): JsonString {
  const parts: string[] = [];
  let at = start + 1;
  for (;;) {
    const plain = match(PLAIN, text, at);
    parts.push(plain);
    at += plain.length;
    const character = text.charAt(at);
    if (character === '"') break;
    if (character === '') throw new JsonError('a string begins here and has no closing quote', start);
    if (character !== '\\') {
      throw new JsonError(describeInString(text, at), at);
    }
    const [value, next] = scanEscape(text, at);
    parts.push(value);
    at = next;
  }
  // Half a pair of an escaped character stands for no character; Go reads the replacement character.
  const value = parts.length === 1 ? (parts[0] ?? '') : parts.join('').replace(LONE_SURROGATE, '\uFFFD');
  return { kind: 'string', value, start, end: at + 1 };
}

function describeNumber(text: string, start: number, end: number): string {
  const octal = /^-?0([0-7]+)(?![\w.])/.exec(text.slice(start, start + 20))?.[1];
  const hint = octal === undefined ? '' : `; octal ${octal} is ${Number.parseInt(octal, 8)}`;
  if (/^-?0$/.test(text.slice(start, end)))
    return `a number begins with 0 and goes on; JSON has decimal numbers only${hint}`;
  return `${showCharacter(text, end)} stands in a number`;
}

/** What JSON does not have, and formats like it do; undefined for anything else. */
export function describeForeign(text: string, at: number): string | undefined {
  if (text.startsWith('//', at) || text.startsWith('/*', at)) return 'JSON has no comments';
  return text.charAt(at) === "'" ? 'JSON has double quotes only' : undefined;
}

function describeUnexpected(text: string, at: number): string {
  const word = match(WORD, text, at);
  if (word !== '') {
    const near = /^(?:true|false|null)$/i.test(word) ? `; in JSON it is ${word.toLowerCase()}` : '';
    return `"${word.slice(0, 40)}" is no JSON value${near === '' ? '; text stands in double quotes' : near}`;
  }
  return describeForeign(text, at) ?? `${showCharacter(text, at)} stands where a value is expected`;
}

/** Reads a string, a number, a boolean or null. */
export function scanScalar(text: string, start: number): JsonNode {
  const first = text.charAt(start);
  if (first === '"') return scanString(text, start);
  const number = match(NUMBER, text, start);
  if (number !== '') {
    const end = start + number.length;
    if (/[\w.+-]/.test(text.charAt(end))) throw new JsonError(describeNumber(text, start, end), end);
    return { kind: 'number', text: number, start, end };
  }
  const word = match(WORD, text, start);
  const literal = Object.hasOwn(LITERALS, word) ? LITERALS[word] : undefined;
  if (literal === undefined) throw new JsonError(describeUnexpected(text, start), start);
  return literal(start, start + word.length);
}
