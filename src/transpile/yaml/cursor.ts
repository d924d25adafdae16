import type { Mark } from './nodes.ts';

const TAB = 0x09;
const SPACE = 0x20;

/** Whether a character ends a line in YAML 1.1. */
export function isBreak(code: number): boolean {
  return code === 0x0a || code === 0x0d || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** Whether a character is a space or a tab. */
export function isBlank(code: number): boolean {
  return code === SPACE || code === TAB;
}

/** Whether a character is white space of any kind, or the end. */
export function isGap(code: number): boolean {
  return isBlank(code) || isBreak(code) || code === 0;
}

/** A text that is read once from its begin to its end. Its end reads as the character 0, which no text holds. */
export class Cursor implements Mark {
  readonly #text: string;
  index = 0;
  line = 0;
  column = 0;

  constructor(text: string) {
    this.#text = `${text}\0\0\0\0`;
  }

  /** The code unit so many units ahead. */
  peek(ahead = 0): number {
    return this.#text.charCodeAt(this.index + ahead);
  }

  get isAtEnd(): boolean {
    return this.peek() === 0;
  }

  mark(): Mark {
    return { line: this.line, column: this.column };
  }

  startsWith(word: string): boolean {
    return this.#text.startsWith(word, this.index);
  }

  /** Goes past one character that ends no line. */
  skip(count = 1): void {
    for (let left = count; left > 0; left--) {
      const code = this.peek();
      this.index += code >= 0xd800 && code <= 0xdbff ? 2 : 1;
      this.column += 1;
    }
  }

  /** Goes past one character that ends no line, and answers it. */
  take(): string {
    const from = this.index;
    this.skip();
    return this.#text.slice(from, this.index);
  }

  /** Goes past all characters that are wanted, none of which ends a line, and answers them. */
  takeWhile(isWanted: (code: number) => boolean): string {
    const from = this.index;
    while (isWanted(this.peek())) this.skip();
    return this.#text.slice(from, this.index);
  }

  /** Goes past what ends a line, and answers it as the value of a scalar has it. */
  takeBreak(): string {
    const code = this.peek();
    this.index += code === 0x0d && this.peek(1) === 0x0a ? 2 : 1;
    this.column = 0;
    this.line += 1;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  /** Whether a line begins here with `---` or `...` and nothing right behind it. */
  isAtDocumentMark(): boolean {
    return this.column === 0 && (this.startsWith('---') || this.startsWith('...')) && isGap(this.peek(3));
  }

  /** At the end of the text, libyaml goes on to a line of its own. */
  endLine(): void {
    if (this.column === 0) return;
    this.column = 0;
    this.line += 1;
  }
}
