const ENCODER = new TextEncoder();

/**
 * A text as Go sees it, one character for each byte of its UTF-8. A byte that is no UTF-8 stands in our texts as the
 * lone surrogate U+DC00 + byte.
 */
export function toByteText(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text;
  let bytes = '';
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x80) bytes += char;
    else if (code >= 0xdc80 && code <= 0xdcff) bytes += String.fromCharCode(code - 0xdc00);
    else for (const byte of ENCODER.encode(char)) bytes += String.fromCharCode(byte);
  }
  return bytes;
}

/** The other way round. */
export function fromByteText(bytes: string): string {
  if (/^[\0-\x7f]*$/.test(bytes)) return bytes;
  return textOfBytes(Uint8Array.from(bytes, (one) => one.charCodeAt(0)));
}

/** Text of bytes that may be no UTF-8. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return textOfBrokenBytes(bytes);
  }
}

/** What the first byte of a character of several bytes says: how many there are, and the least that they can mean. */
function leadOf(byte: number): { length: number; bits: number; least: number } | undefined {
  if (byte >= 0xc2 && byte < 0xe0) return { length: 2, bits: byte & 0x1f, least: 0x80 };
  if (byte >= 0xe0 && byte < 0xf0) return { length: 3, bits: byte & 0x0f, least: 0x800 };
  if (byte >= 0xf0 && byte < 0xf5) return { length: 4, bits: byte & 0x07, least: 0x10000 };
  return undefined;
}

/** The character of several bytes that begins here; undefined if there is none. */
function characterAt(bytes: Uint8Array, at: number): { code: number; length: number } | undefined {
  const lead = leadOf(bytes[at] ?? 0);
  if (lead === undefined) return undefined;
  let code = lead.bits;
  for (let index = at + 1; index < at + lead.length; index++) {
    const byte = bytes[index] ?? 0;
    if ((byte & 0xc0) !== 0x80) return undefined;
    code = code * 64 + (byte & 0x3f);
  }
  const isCharacter = code >= lead.least && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return isCharacter ? { code, length: lead.length } : undefined;
}

function textOfBrokenBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const character = byte < 0x80 ? { code: byte, length: 1 } : characterAt(bytes, at);
    text += String.fromCodePoint(character?.code ?? 0xdc00 + byte);
    at += character?.length ?? 1;
  }
  return text;
}
