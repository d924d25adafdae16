/** The first thing that keeps a text from being JSON. Callers of `parseJson` see it as a value. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  /** The offset in the text. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A character as a message shows it. */
export function showCharacter(text: string, offset: number): string {
  const code = text.codePointAt(offset) ?? 0;
  const isPrintable = code > 0x20 && code !== 0x7f && code !== 0xfeff && !(code >= 0x80 && code < 0xa1);
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrintable ? `"${String.fromCodePoint(code)}"` : name;
}
