import { yamlFailure } from './failure.ts';

/** What YAML 1.1 takes for text: no control characters but tabs and line breaks. */
const NO_TEXT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

function decodeBytes(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw yamlFailure('invalid leading UTF-8 octet');
  }
}

/** The text of a document. Throws `ReadFailure` for what no YAML can hold. */
export function decodeInput(input: string | Uint8Array): string {
  const text = typeof input === 'string' ? input.replace(/^\ufeff/, '') : decodeBytes(input);
  if (NO_TEXT.test(text)) throw yamlFailure('control characters are not allowed');
  return text;
}
