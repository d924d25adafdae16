import { LIMITS } from '../../limits.ts';
import { JsonError, showCharacter } from './json-error.ts';
import type { JsonMember, JsonNode, JsonString } from './node.ts';
import { describeForeign, scanScalar, scanString } from './scan-scalar.ts';

/** A document, or the first thing that keeps the text from being one. */
export type ParsedJson =
  | { readonly root: JsonNode; readonly problem?: never }
  | { readonly problem: JsonError; readonly root?: never };

/** An object or array whose end has not come yet. */
type Open =
  | { readonly kind: 'object'; readonly start: number; readonly members: JsonMember[]; key: JsonString }
  | { readonly kind: 'array'; readonly start: number; readonly items: JsonNode[] };

const SPACE = /[ \t\r\n]*/y;

/**
 * Parses JSON exactly as RFC 8259 has it, with the place of each value. It keeps its own stack, so that no depth
 * of nesting exhausts that of the engine.
 */
export function parseJson(text: string): ParsedJson {
  try {
    return { root: new Parser(text).parse() };
  } catch (error) {
    if (error instanceof JsonError) return { problem: error };
    throw error;
  }
}

class Parser {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): JsonNode {
    for (;;) {
      const value = this.#readValue();
      if (value === undefined) continue;
      const root = this.#place(value);
      if (root === undefined) continue;
      if (this.#peek() !== '') throw this.#unexpected('behind the end of the document');
      return root;
    }
  }

  /** Reads what begins here; undefined where it is an object or array with something in it. */
  #readValue(): JsonNode | undefined {
    const first = this.#peek();
    const start = this.#at;
    if (first === '') throw this.#ended('a value is expected');
    if (first === '{') {
      this.#enter();
      if (this.#peek() === '}') return { kind: 'object', members: [], start, end: ++this.#at };
      this.#open.push({ kind: 'object', start, members: [], key: this.#readKey() });
      return undefined;
    }
    if (first === '[') {
      this.#enter();
      if (this.#peek() === ']') return { kind: 'array', items: [], start, end: ++this.#at };
      this.#open.push({ kind: 'array', start, items: [] });
      return undefined;
    }
    const scalar = scanScalar(this.#text, start);
    this.#at = scalar.end;
    return scalar;
  }

  /** Puts a whole value where it belongs, and closes what ends with it. Answers the document when that is whole. */
  #place(value: JsonNode): JsonNode | undefined {
    let whole = value;
    for (;;) {
      const open = this.#open.at(-1);
      if (open === undefined) return whole;
      if (open.kind === 'array') {
        open.items.push(whole);
      } else {
        const { value: key, start: keyStart, end: keyEnd } = open.key;
        open.members.push({ key, keyStart, keyEnd, value: whole });
      }
      if (!this.#isClosed(open)) return undefined;
      this.#open.pop();
      const { start } = open;
      const end = this.#at;
      whole =
        open.kind === 'array'
          ? { kind: 'array', items: open.items, start, end }
          : { kind: 'object', members: open.members, start, end };
    }
  }

  /** Reads the comma or the end behind a member of an object or array. */
  #isClosed(open: Open): boolean {
    const [name, end] = open.kind === 'array' ? ['an array', ']'] : ['an object', '}'];
    const next = this.#peek();
    if (next === '') throw this.#ended(`${name} that begins on line ${this.#lineOf(open.start)} has no end`);
    if (next !== end && next !== ',') throw this.#unexpected(`where "," or "${end}" is expected in ${name}`);
    const at = this.#at++;
    if (next === end) return true;
    if (this.#peek() === end) throw new JsonError(`a comma stands before the "${end}" of ${name}`, at);
    if (open.kind === 'object') open.key = this.#readKey();
    return false;
  }

  #readKey(): JsonString {
    const first = this.#peek();
    if (first === '') throw this.#ended('a key in double quotes is expected');
    if (first !== '"') throw this.#unexpected('where a key in double quotes is expected');
    const key = scanString(this.#text, this.#at);
    this.#at = key.end;
    const next = this.#peek();
    if (next === '') throw this.#ended('":" is expected behind a key');
    if (next !== ':') throw this.#unexpected('where ":" is expected behind a key');
    this.#at++;
    return key;
  }

  /** Goes behind the bracket of an object or array. */
  #enter(): void {
    if (this.#open.length >= LIMITS.jsonDepthMax) {
      const message = `objects and arrays stand more than ${LIMITS.jsonDepthMax} deep in each other`;
      throw new JsonError(message, this.#at);
    }
    this.#at++;
  }

  /** Goes behind white space. Answers the character there; empty at the end. */
  #peek(): string {
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
    return this.#text.charAt(this.#at);
  }

  #lineOf(offset: number): number {
    return this.#text.slice(0, offset).split('\n').length;
  }

  #unexpected(where: string): JsonError {
    const foreign = describeForeign(this.#text, this.#at);
    return new JsonError(foreign ?? `${showCharacter(this.#text, this.#at)} stands ${where}`, this.#at);
  }

  #ended(what: string): JsonError {
    return new JsonError(`the text ends too early: ${what}`, this.#text.length);
  }
}
