/**
 * The grammar of RFC 2397 as the library reads it that Ignition decodes data URLs with. It is stricter than
 * browsers: no fragment, no space, and the media type must be one of the known kinds.
 */

/** A character of a token (RFC 2045): printable, and none of the special ones. */
const TOKEN = "[!#$%&'*+\\-.0-9A-Z^_`a-z{|}~]";
const MEDIA_TYPE = new RegExp(
  `^(?:[xX]-${TOKEN}*|(?:text|image|audio|video|application|message|multipart)${TOKEN}*)$`,
);
const TOKENS = new RegExp(`^${TOKEN}*$`);
const PARAMETER = new RegExp(
  `;(${TOKEN}+)(?:=(?:"((?:[^"\\\\\\u0080-\\uffff]|\\\\[\\u0000-\\u007f])*)"|(${TOKEN}+)))?`,
  'y',
);
/** What may stand in a Go string between double quotes. */
const QUOTED =
  /^(?:[^\\\n]|\\(?:[abfnrtv\\"]|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}))*$/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/** Why a text that begins with `data:` is no data URL; undefined when it is one. */
export function findDataUrlProblem(text: string): string | undefined {
  if (!text.startsWith('data:')) return 'it has to begin with "data:", in lower case';
  const comma = findComma(text);
  if (typeof comma !== 'number') return comma.problem;
  const data = text.slice(comma + 1);
  const isBase64 = text.slice(0, comma).endsWith(';base64');
  return isBase64 ? findBase64Problem(data) : findTextProblem(data);
}

/** The offset of the comma before the data. */
function findComma(text: string): number | { readonly problem: string } {
  let at = 'data:'.length;
  const mediaEnd = text.slice(at).search(/[;,]/) + at;
  if (mediaEnd < at) return { problem: 'no comma stands before its data' };
  if (mediaEnd > at) {
    const media = text.slice(at, mediaEnd);
    const slash = media.indexOf('/');
    if (slash < 0)
      return { problem: `${JSON.stringify(media.slice(0, 60))} is no media type such as text/plain` };
    if (!MEDIA_TYPE.test(media.slice(0, slash)) || !TOKENS.test(media.slice(slash + 1))) {
      return { problem: `${JSON.stringify(media.slice(0, 60))} is no media type that Ignition knows` };
    }
    at = mediaEnd;
  }
  while (text.charAt(at) === ';') {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(text);
    if (match === null) return { problem: 'it has a parameter that cannot be read' };
    const [whole, fullName = '', quoted, plain] = match;
    const name = fullName.slice(0, 60);
    at += whole.length;
    if (quoted === undefined && plain === undefined) {
      if (name === 'base64' && text.charAt(at) === ',') return at;
      return { problem: `"base64," or a parameter with a value is expected, and not ";${name}"` };
    }
    if (quoted !== undefined ? !QUOTED.test(quoted) : BAD_ESCAPE.test(plain ?? '')) {
      return { problem: `the value of its parameter "${name}" has an escape that cannot be read` };
    }
  }
  return text.charAt(at) === ',' ? at : { problem: 'no comma stands before its data' };
}

function findTextProblem(data: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they may not stand in a URL
  const bad = /[\x00-\x20<>#"{}|\\^[\]`\x7f-\uffff]/.exec(data)?.[0];
  if (bad !== undefined) return `its data has ${describe(bad)}, which has to be escaped with "%"`;
  return BAD_ESCAPE.test(data) ? 'a "%" in its data has no two hexadecimal digits behind it' : undefined;
}

function findBase64Problem(data: string): string | undefined {
  const bad = /[^A-Za-z0-9+/=\n]/.exec(data)?.[0];
  if (bad !== undefined) return `its base64 has ${describe(bad)}`;
  const digits = data.replaceAll('\n', '');
  const padding = digits.indexOf('=');
  const isPadded =
    padding < 0 || (digits.length - padding <= 2 && digits.slice(padding).replaceAll('=', '') === '');
  if (!isPadded || digits.length % 4 !== 0) {
    return 'its base64 is not whole: it has to be a multiple of four characters, padded with "=" at the end';
  }
  return undefined;
}

function describe(character: string): string {
  const code = character.charCodeAt(0);
  if (code > 0x20 && code < 0x7f) return `"${character}"`;
  return code < 0x80
    ? `the character U+00${code.toString(16).toUpperCase().padStart(2, '0')}`
    : 'a character outside of ASCII';
}
