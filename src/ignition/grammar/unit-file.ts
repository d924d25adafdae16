import { UnitReader } from './unit-reader.ts';

/** A unit as far as Ignition looks into it, or why it cannot be read. */
export type UnitFile =
  | { readonly sections: ReadonlySet<string>; readonly problem?: never }
  | { readonly problem: string; readonly sections?: never };

const code = (character: string): number => character.charCodeAt(0);
const [OPEN, CLOSE, EQUALS, BACKSLASH, HASH, SEMICOLON, SPACE, CR, LF] = [
  '[',
  ']',
  '=',
  '\\',
  '#',
  ';',
  ' ',
  '\r',
  '\n',
].map(code) as [number, number, number, number, number, number, number, number, number];

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
      const garbage = decode(this.#reader.readLine().line).trim();
      if (garbage !== '') {
        throw new UnitError(
          `${quote(garbage)} stands behind the section name [${name.slice(0, 60)}], on its line`,
        );
      }
      this.#section = name;
      return this.#inSection;
    };
  };

  readonly #inSection: Step = () => {
    const next = this.#reader.peek();
    if (next === undefined) return undefined;
    // The only white space outside of ASCII that units have is in values.
    if (next === SPACE || (next >= 0x09 && next <= 0x0d)) return this.#skip();
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
    const bytes: number[] = [];
    for (;;) {
      const next = this.#reader.read();
      if (next === undefined)
        throw new UnitError(`it ends within the name of an option, ${quote(nameOf(bytes))}`);
      if (next === LF || next === CR) {
        throw new UnitError(`the line ${quote(nameOf(bytes))} is no option: it has no "="`);
      }
      if (next === EQUALS) return this.#optionValue;
      bytes.push(next);
    }
  };

  readonly #optionValue: Step = () => {
    const { line } = this.#reader.readLine();
    if (decode(line).trim() !== '' && line.at(-1) === BACKSLASH) return this.#optionValue;
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

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function nameOf(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes.slice(0, 60)).trim();
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
