/** How much Go's buffered reader holds, and how long a line may be for systemd: both show in what Ignition refuses. */
const BUFFER_BYTES = 4096;
const LINE_MAX_BYTES = 2048;

const LF = 0x0a;
const CR = 0x0d;

/**
 * The bytes of a unit as Go's `bufio.Reader` hands them out. Ignition looks for overlong lines in what happens to be
 * in its buffer; so that the same units are refused, this keeps account of the same buffer.
 */
export class UnitReader {
  readonly #bytes: Uint8Array;
  /** The next byte. */
  #at = 0;
  /** The end of what is in the buffer. */
  #filled = 0;
  /** The first line break at or behind the next byte, once it was looked for. */
  #breakAt = -1;

  constructor(text: string) {
    this.#bytes = new TextEncoder().encode(text);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** Whether the buffer holds a line's length of bytes without a line break. */
  get isLineTooLong(): boolean {
    if (this.#filled - this.#at < LINE_MAX_BYTES) return false;
    if (this.#breakAt < this.#at) {
      const rest = this.#bytes.subarray(this.#at);
      const found = rest.findIndex((byte) => byte === LF || byte === CR);
      this.#breakAt = found < 0 ? this.#bytes.length : this.#at + found;
    }
    return this.#breakAt - this.#at >= LINE_MAX_BYTES;
  }

  /** The next character, by its code point; undefined at the end. */
  read(): number | undefined {
    const character = this.peek();
    this.#at = Math.min(this.#bytes.length, this.#at + lengthOf(this.#bytes[this.#at] ?? 0));
    return character;
  }

  /** As `read`, and the reader stays where it is. */
  peek(): number | undefined {
    // A character may have four bytes, and Go fills its buffer until one is whole.
    while (this.#filled < this.#bytes.length && this.#filled - this.#at < 4 && !this.#isWhole()) this.#fill();
    const first = this.#bytes[this.#at];
    if (first === undefined || first < 0x80) return first;
    // The text was encoded here, so that its characters are whole.
    const rest = this.#bytes.subarray(this.#at + 1, this.#at + lengthOf(first));
    return rest.reduce((code, byte) => (code << 6) | (byte & 0x3f), first & (0x7f >> (rest.length + 1)));
  }

  /** All up to the first of these bytes, which is read too; undefined where none comes: then the reader is at the end. */
  readTo(delimiter: number): Uint8Array | undefined {
    const found = this.#bytes.indexOf(delimiter, this.#at);
    const end = found < 0 ? this.#bytes.length : found + 1;
    const part = this.#bytes.subarray(this.#at, end);
    while (this.#filled < end || (found < 0 && this.#filled < this.#bytes.length)) {
      // A full buffer is taken out as a whole, and the search goes on in an empty one.
      if (this.#filled - this.#at >= BUFFER_BYTES) this.#at = this.#filled;
      this.#fill();
    }
    this.#at = end;
    return found < 0 ? undefined : part;
  }

  /** The rest of the line without its line break, and whether the text ended with it. */
  readLine(): { readonly line: Uint8Array; readonly isLast: boolean } {
    const start = this.#at;
    const line = this.readTo(LF);
    return line === undefined
      ? { line: this.#bytes.subarray(start), isLast: true }
      : { line: line.subarray(0, -1), isLast: false };
  }

  #isWhole(): boolean {
    const first = this.#bytes[this.#at];
    return this.#filled > this.#at && first !== undefined && this.#filled - this.#at >= lengthOf(first);
  }

  /** Moves what is left to the front of the buffer and reads as much as fits behind it. */
  #fill(): void {
    this.#filled = Math.min(this.#bytes.length, this.#at + BUFFER_BYTES);
  }
}

function lengthOf(firstByte: number): number {
  if (firstByte < 0x80) return 1;
  if (firstByte < 0xe0) return 2;
  return firstByte < 0xf0 ? 3 : 4;
}
