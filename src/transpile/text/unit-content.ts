import { fromByteText, toByteText } from './bytes.ts';

/** What a unit file holds, or why it cannot be read. */
export type UnitContent = { readonly problem: string } | { readonly sections: readonly string[] };

/** As systemd does, the library that Ignition reads units with refuses longer lines, in buffers of this size. */
const LINE_MAX = 2048;
const BUFFER_SIZE = 4096;

/** White space of Unicode, in UTF-8. */
const SPACE =
  '(?:[\\t-\\r ]|\\xc2[\\x85\\xa0]|\\xe1\\x9a\\x80|\\xe2\\x80[\\x80-\\x8a\\xa8\\xa9\\xaf]|\\xe2\\x81\\x9f|\\xe3\\x80\\x80)';
const LEADING_SPACE = new RegExp(SPACE, 'y');
const BLANK = new RegExp(`^${SPACE}*$`);

class UnitProblem extends Error {
  override readonly name = 'UnitProblem';
}

/** Reads the text of a unit. The sections are those of its options, one for each option. */
export function readUnitContent(text: string): UnitContent {
  try {
    return { sections: new UnitReader(toByteText(text)).read() };
  } catch (error) {
    if (error instanceof UnitProblem) return { problem: error.message };
    throw error;
  }
}

/** The bytes of a text without the white space around it. */
function listBytes(line: string): string {
  const text = toByteText(fromByteText(line).trim());
  return [...text].map((byte) => byte.charCodeAt(0)).join(' ');
}

/** Follows the library step by step, since the limit of a line is looked at between its steps only. */
class UnitReader {
  readonly #text: string;
  #at = 0;
  /** Up to where the buffer has the text. */
  #buffered = 0;
  #newline = -1;
  readonly #sections: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly string[] {
    let section: string | undefined;
    for (;;) {
      this.#checkLine();
      if (this.#isAtEnd()) return this.#sections;
      const char = this.#take();
      if (char === '[') section = this.#sectionName();
      else if (char === '#' || char === ';') this.#comment();
      else if (section !== undefined && !this.#isSpaceAt(this.#at - 1)) this.#option(section);
    }
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  #fill(): void {
    this.#buffered = Math.min(this.#text.length, this.#at + BUFFER_SIZE);
  }

  #take(): string {
    if (this.#at >= this.#buffered) this.#fill();
    this.#at += 1;
    return this.#text.charAt(this.#at - 1);
  }

  /** Everything up to and with a mark; all of the rest if there is none. */
  #takeThrough(mark: string): string {
    const from = this.#at;
    const found = this.#text.indexOf(mark, from);
    this.#at = found < 0 ? this.#text.length : found + 1;
    // The buffer is filled anew as often as it takes to hold the mark.
    for (let start = from; this.#at > this.#buffered; start = this.#buffered)
      this.#buffered = Math.min(this.#text.length, start + BUFFER_SIZE);
    return this.#text.slice(from, this.#at);
  }

  #checkLine(): void {
    if (this.#buffered - this.#at < LINE_MAX) return;
    if (this.#newline < this.#at) {
      const ends = /[\r\n]/g;
      ends.lastIndex = this.#at;
      this.#newline = ends.exec(this.#text)?.index ?? this.#text.length;
    }
    if (this.#newline >= this.#at + LINE_MAX) throw new UnitProblem(`line too long (max ${LINE_MAX} bytes)`);
  }

  #takeLine(): string {
    return this.#takeThrough('\n').replace(/\n$/, '');
  }

  #isSpaceAt(at: number): boolean {
    LEADING_SPACE.lastIndex = at;
    if (!LEADING_SPACE.test(this.#text)) return false;
    this.#at = LEADING_SPACE.lastIndex;
    return true;
  }

  #sectionName(): string {
    this.#checkLine();
    const name = this.#takeThrough(']');
    if (!name.endsWith(']')) throw new UnitProblem('unable to find end of section');
    this.#checkLine();
    const rest = this.#takeLine();
    if (!BLANK.test(rest)) throw new UnitProblem(`found garbage after section name : [${listBytes(rest)}]`);
    return name.slice(0, -1);
  }

  #comment(): void {
    this.#checkLine();
    while (this.#takeLine().replace(/ $/, '').endsWith('\\'));
  }

  #option(section: string): void {
    this.#at -= 1;
    this.#checkLine();
    const name = /[^=\r\n]*/y;
    name.lastIndex = this.#at;
    name.exec(this.#text);
    if (name.lastIndex >= this.#text.length) throw new UnitProblem('EOF');
    this.#takeThrough(this.#text.charAt(name.lastIndex));
    if (this.#text.charAt(name.lastIndex) !== '=')
      throw new UnitProblem('unexpected newline encountered while parsing option name');
    for (;;) {
      this.#checkLine();
      const line = this.#takeLine();
      if (BLANK.test(line) || !line.endsWith('\\')) break;
    }
    this.#sections.push(section);
  }
}
