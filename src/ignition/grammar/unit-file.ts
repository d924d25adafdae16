import { UnitReader } from './unit-reader.ts';

/** A unit as far as Ignition looks into it, or why it cannot be read. */
export type UnitFile =
  | { readonly sections: ReadonlySet<string>; readonly problem?: never }
  | { readonly problem: string; readonly sections?: never };

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const HASH = 0x23;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const OPEN = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE = 0x5d;

/** White space as Go has it: with the next line character, and without the byte order mark. */
const BLANK = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

class UnitError extends Error {}

/**
 * Reads a systemd unit as Ignition does: sections with options, comments, and values that go on behind a backslash.
 * `sections` are those with an option in them.
 */
export function parseUnit(text: string): UnitFile {
  try {
    return { sections: new Lexer(text).lex() };
  } catch (error) {
    if (error instanceof UnitError) return { problem: error.message };
    throw error;
  }
}

type Step = () => Step | undefined;

class Lexer {
  readonly #reader: UnitReader;
  readonly #sections = new Set<string>();
  #section = '';

  constructor(text: string) {
    this.#reader = new UnitReader(text);
  }

  lex(): ReadonlySet<string> {
    let step: Step | undefined = this.#beforeSections;
    while (step !== undefined) {
      if (this.#reader.isLineTooLong) throw new UnitError('it has a line of more than 2048 bytes');
      step = step();
    }
    return this.#sections;
  }

  /** Whatever stands before the first section does not matter. */
  readonly #beforeSections: Step = () => {
    const next = this.#reader.read();
    if (next === undefined) return undefined;
    if (next === OPEN) return this.#sectionName;
    return isComment(next) ? () => this.#skipComment(this.#beforeSections) : this.#beforeSections;
  };

  readonly #sectionName: Step = () => {
    const bytes = this.#reader.readTo(CLOSE);
    if (bytes === undefined) throw new UnitError('a section begins with "[" and has no "]"');
    const name = decode(bytes.subarray(0, -1));
    return () => {
      const garbage = decode(this.#reader.readLine().line);
      if (!BLANK.test(garbage)) {
        throw new UnitError(
          `${quote(garbage.trim())} stands behind the section name [${name.slice(0, 60)}], on its line`,
        );
      }
      this.#section = name;
      return this.#inSection;
    };
  };

  readonly #inSection: Step = () => {
    const next = this.#reader.peek();
    if (next === undefined) return undefined;
    if (BLANK.test(String.fromCodePoint(next))) return this.#skip();
    if (next === OPEN) {
      this.#reader.read();
      return this.#sectionName;
    }
    if (isComment(next)) {
      this.#reader.read();
      return () => this.#skipComment(this.#inSection);
    }
    return this.#optionName;
  };

  #skip(): Step {
    this.#reader.read();
    return this.#inSection;
  }

  readonly #optionName: Step = () => {
    const name: number[] = [];
    for (;;) {
      const next = this.#reader.read();
      if (next === undefined)
        throw new UnitError(`it ends within the name of an option, ${quote(nameOf(name))}`);
      if (next === LF || next === CR) {
        throw new UnitError(`the line ${quote(nameOf(name))} is no option: it has no "="`);
      }
      if (next === EQUALS) return this.#optionValue;
      name.push(next);
    }
  };

  readonly #optionValue: Step = () => {
    const { line } = this.#reader.readLine();
    if (!BLANK.test(decode(line)) && line.at(-1) === BACKSLASH) return this.#optionValue;
    this.#sections.add(this.#section);
    return this.#inSection;
  };

  #skipComment(next: Step): Step {
    for (;;) {
      const { line } = this.#reader.readLine();
      const last = line.at(-1) === SPACE ? line.at(-2) : line.at(-1);
      if (last !== BACKSLASH) return next;
    }
  }
}

function isComment(byte: number): boolean {
  return byte === HASH || byte === SEMICOLON;
}

/** A byte order mark is a character like others here. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

function nameOf(characters: readonly number[]): string {
  return String.fromCodePoint(...characters.slice(0, 60)).trim();
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
