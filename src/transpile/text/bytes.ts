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

/** The other way round, for bytes that are UTF-8. */
export function fromByteText(bytes: string): string {
  const array = Uint8Array.from(bytes, (one) => one.charCodeAt(0));
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(array);
}
