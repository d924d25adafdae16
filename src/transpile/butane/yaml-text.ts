/** Words that YAML takes for something else than text. */
const WORDS = /^(?:true|false|yes|no|on|off|null|y|n)$/i;
const PLAIN = /^(?:[A-Za-z/][A-Za-z0-9_/.@-]*|[0-9]+(?:\.[0-9]+){2})$/;

/** What a block of text cannot hold as it is: what is not printable, and every line end but a newline. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: YAML has a list of them
  /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function escapeCharacter(char: string): string {
  const code = char.charCodeAt(0);
  // Half a character is none.
  const shown = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
  return `\\u${shown.toString(16).padStart(4, '0')}`;
}

const ALL_UNPRINTABLE = new RegExp(UNPRINTABLE, 'g');

function quoted(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(ALL_UNPRINTABLE, escapeCharacter);
  return `"${escaped}"`;
}

/** Lines that would not be read as they are: the indentation of a block is that of its first line with something. */
const ODD_START = /^\n*[ \t]/;

/** What says how many newlines there are at the end: none, one, or those that stand there. */
function chompingOf(text: string): string {
  if (!text.endsWith('\n')) return '-';
  return text.endsWith('\n\n') ? '+' : '';
}

/** A text of several lines as a block, or undefined if it cannot be one. */
function block(text: string, indentation: string): string | undefined {
  const isOne = text.includes('\n') && !UNPRINTABLE.test(text) && !ODD_START.test(text) && /[^\n]/.test(text);
  if (!isOne) return undefined;
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = body.split('\n').map((line) => (line === '' ? '' : indentation + line));
  return `|${chompingOf(text)}\n${lines.join('\n')}`;
}

/** A text as a scalar of YAML that reads as the same text. @param indentation of the lines below its key */
export function yamlScalar(text: string, indentation: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text;
  return block(text, indentation) ?? quoted(text);
}
