import { LIMITS } from '../../limits.ts';
import { Cursor, isBlank, isBreak, isGap } from './cursor.ts';
import { yamlFailure } from './failure.ts';
import type { Mark } from './nodes.ts';
import { scanBlock, scanPlain, scanQuoted } from './scalars.ts';
import { SimpleKeys } from './simple-keys.ts';
import { type Directive, scanDirective, scanName, scanTag } from './tags.ts';

/** What a token is; the marks of collections stand where libyaml puts them. */
export type TokenKind =
  | 'document start'
  | 'document end'
  | 'stream end'
  | 'block sequence start'
  | 'block mapping start'
  | 'block end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '-'
  | '?'
  | ':'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'
  | 'directive';

/** What only some kinds of tokens have. */
export interface TokenDetails {
  /** Of a scalar: written without quotes. */
  readonly isPlain?: true;
  /** Of a tag: what stands in front of its suffix. */
  readonly handle?: string;
  readonly directive?: Directive;
}

/** One token. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: Mark;
  /** Of a scalar, an anchor and an alias; the suffix of a tag. */
  readonly value: string;
  readonly details: TokenDetails;
}

const NO_DETAILS: TokenDetails = {};
const PLAIN: TokenDetails = { isPlain: true };

const NEVER_PLAIN: ReadonlySet<number> = new Set([...'-?:,[]{}#&*!|>\'"%@`'].map((one) => one.charCodeAt(0)));

type FlowKind = '[' | ']' | '{' | '}' | ',';
type ContentKind = FlowKind | '-' | '?' | ':' | 'alias' | 'anchor' | 'tag' | 'quoted' | 'block' | 'plain';

const INDICATORS: Readonly<Record<string, ContentKind>> = {
  '[': '[',
  ']': ']',
  '{': '{',
  '}': '}',
  ',': ',',
  '*': 'alias',
  '&': 'anchor',
  '!': 'tag',
  "'": 'quoted',
  '"': 'quoted',
  '|': 'block',
  '>': 'block',
};
const TAB = 0x09;
const BOM = 0xfeff;

/**
 * Turns the text into tokens with the rules of libyaml 0.1: which texts it takes, and where it says that one is
 * broken, is part of what `ct` answers.
 */
export class Scanner {
  readonly #cursor: Cursor;
  readonly #keys = new SimpleKeys();
  #tokens: Token[] = [];
  #head = 0;
  /** The token at the head, once it is known to stay there. */
  #next: Token | undefined;
  /** How many tokens were taken. */
  #taken = 0;
  readonly #indents: number[] = [];
  #indent = -1;
  #flowLevel = 0;
  #isKeyAllowed = true;
  #isEndFetched = false;

  constructor(text: string) {
    this.#cursor = new Cursor(text);
  }

  /** The next token, which stays the next one. */
  peek(): Token {
    if (this.#next === undefined) {
      this.#fetchWhileUndecided();
      this.#next = this.#tokens[this.#head];
      if (this.#next === undefined) throw new Error('no token was fetched');
    }
    return this.#next;
  }

  /** Goes past the next token and answers it. */
  take(): Token {
    const token = this.peek();
    this.#next = undefined;
    this.#head += 1;
    this.#taken += 1;
    if (this.#head > 512) {
      this.#tokens = this.#tokens.slice(this.#head);
      this.#head = 0;
    }
    return token;
  }

  /** A token can be given away when no later `:` can make a key of it. */
  #fetchWhileUndecided(): void {
    for (;;) {
      if (this.#head < this.#tokens.length) {
        this.#keys.dropStale(this.#cursor.line, this.#cursor.index);
        if (this.#keys.oldest?.token !== this.#taken) return;
      }
      if (this.#isEndFetched) return;
      this.#fetch();
    }
  }

  #fetch(): void {
    const cursor = this.#cursor;
    this.#skipToToken();
    this.#keys.dropStale(cursor.line, cursor.index);
    this.#unroll(cursor.column);
    if (cursor.isAtEnd) this.#fetchEnd();
    else if (cursor.column === 0 && cursor.startsWith('%')) this.#fetchDirective();
    else if (cursor.isAtDocumentMark()) this.#fetchDocumentMark();
    else this.#fetchContent(cursor.peek());
  }

  #fetchContent(code: number): void {
    const kind = this.#contentKindOf(code);
    switch (kind) {
      case '-':
        this.#fetchEntry();
        break;
      case '?':
        this.#fetchKey();
        break;
      case ':':
        this.#fetchValue();
        break;
      case 'alias':
      case 'anchor':
      case 'tag':
        this.#fetchProperty(kind);
        break;
      case 'quoted':
        this.#fetchQuoted();
        break;
      case 'block':
        this.#fetchBlockScalar();
        break;
      case 'plain':
        this.#fetchPlain();
        break;
      default:
        this.#fetchFlow(kind);
    }
  }

  /** What begins with a character. */
  #contentKindOf(code: number): ContentKind {
    const isFlow = this.#flowLevel > 0;
    const endsHere = isGap(this.#cursor.peek(1));
    const char = String.fromCharCode(code);
    if (char === '-' && endsHere) return '-';
    if ((char === '?' || char === ':') && (isFlow || endsHere)) return char;
    const kind = INDICATORS[char];
    if (kind !== undefined && !(kind === 'block' && isFlow)) return kind;
    const isPlain =
      !(isGap(code) || NEVER_PLAIN.has(code)) ||
      (char === '-' && !isBlank(this.#cursor.peek(1))) ||
      (!isFlow && (char === '?' || char === ':'));
    if (!isPlain) throw yamlFailure('found character that cannot start any token', this.#cursor.line);
    return 'plain';
  }

  #skipToToken(): void {
    const cursor = this.#cursor;
    for (;;) {
      if (cursor.column === 0 && cursor.peek() === BOM) cursor.skip();
      const isTabFine = this.#flowLevel > 0 || !this.#isKeyAllowed;
      cursor.takeWhile((code) => code === 0x20 || (isTabFine && code === TAB));
      if (cursor.startsWith('#')) cursor.takeWhile((code) => !isBreak(code) && code !== 0);
      if (!isBreak(cursor.peek())) return;
      cursor.takeBreak();
      if (this.#flowLevel === 0) this.#isKeyAllowed = true;
    }
  }

  #add(kind: TokenKind, start: Mark, value = '', details: TokenDetails = NO_DETAILS): void {
    this.#tokens.push({ kind, start, value, details });
  }

  /** Puts a token in front of one that was fetched before. */
  #insert(kind: TokenKind, mark: Mark, before: number): void {
    const token = { kind, start: mark, value: '', details: NO_DETAILS };
    this.#tokens.splice(this.#head + before - this.#taken, 0, token);
  }

  /** Remembers that the token which comes next may be a key. */
  #noteKey(): void {
    const cursor = this.#cursor;
    if (!this.#isKeyAllowed) return;
    this.#keys.drop(this.#flowLevel, cursor.line);
    this.#keys.add({
      level: this.#flowLevel,
      token: this.#taken + this.#tokens.length - this.#head,
      index: cursor.index,
      mark: cursor.mark(),
      isRequired: this.#flowLevel === 0 && this.#indent === cursor.column,
    });
  }

  #dropKey(): void {
    this.#keys.drop(this.#flowLevel, this.#cursor.line);
  }

  /** Opens a block collection where the column is deeper than that of the one around it. */
  #roll(column: number, kind: TokenKind, mark: Mark, before: number | undefined): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#assertDepth();
    this.#indent = column;
    if (before === undefined) this.#add(kind, mark);
    else this.#insert(kind, mark, before);
  }

  /** Closes the block collections that are deeper than the column. */
  #unroll(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#add('block end', this.#cursor.mark());
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #assertDepth(): void {
    if (this.#flowLevel + this.#indents.length > LIMITS.configNestingMax)
      throw yamlFailure(`exceeded max depth of ${LIMITS.configNestingMax}`, this.#cursor.line);
  }

  #fetchEnd(): void {
    this.#cursor.endLine();
    this.#unroll(-1);
    this.#dropKey();
    this.#isKeyAllowed = false;
    this.#isEndFetched = true;
    this.#add('stream end', this.#cursor.mark());
  }

  #fetchDirective(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#isKeyAllowed = false;
    const start = this.#cursor.mark();
    this.#add('directive', start, '', { directive: scanDirective(this.#cursor) });
  }

  #fetchDocumentMark(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#isKeyAllowed = false;
    const start = this.#cursor.mark();
    const kind = this.#cursor.startsWith('-') ? 'document start' : 'document end';
    this.#cursor.skip(3);
    this.#add(kind, start);
  }

  #fetchFlow(kind: FlowKind): void {
    const start = this.#cursor.mark();
    const opens = kind === '[' || kind === '{';
    if (opens) this.#noteKey();
    else this.#dropKey();
    if (opens) this.#flowLevel += 1;
    else if (kind !== ',' && this.#flowLevel > 0) this.#flowLevel -= 1;
    this.#assertDepth();
    this.#isKeyAllowed = opens || kind === ',';
    this.#cursor.skip();
    this.#add(kind, start);
  }

  #fetchEntry(): void {
    const start = this.#cursor.mark();
    if (this.#flowLevel === 0) {
      if (!this.#isKeyAllowed)
        throw yamlFailure('block sequence entries are not allowed in this context', start.line);
      this.#roll(start.column, 'block sequence start', start, undefined);
    }
    this.#dropKey();
    this.#isKeyAllowed = true;
    this.#cursor.skip();
    this.#add('-', start);
  }

  #fetchKey(): void {
    const start = this.#cursor.mark();
    if (this.#flowLevel === 0) {
      if (!this.#isKeyAllowed) throw yamlFailure('mapping keys are not allowed in this context', start.line);
      this.#roll(start.column, 'block mapping start', start, undefined);
    }
    this.#dropKey();
    this.#isKeyAllowed = this.#flowLevel === 0;
    this.#cursor.skip();
    this.#add('?', start);
  }

  #fetchValue(): void {
    const start = this.#cursor.mark();
    const key = this.#keys.take(this.#flowLevel);
    if (key !== undefined) {
      this.#insert('?', key.mark, key.token);
      this.#roll(key.mark.column, 'block mapping start', key.mark, key.token);
      this.#isKeyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#isKeyAllowed)
          throw yamlFailure('mapping values are not allowed in this context', start.line);
        this.#roll(start.column, 'block mapping start', start, undefined);
      }
      this.#isKeyAllowed = this.#flowLevel === 0;
    }
    this.#cursor.skip();
    this.#add(':', start);
  }

  #fetchProperty(kind: 'alias' | 'anchor' | 'tag'): void {
    this.#noteKey();
    this.#isKeyAllowed = false;
    const start = this.#cursor.mark();
    if (kind === 'tag') {
      const { handle, suffix } = scanTag(this.#cursor);
      this.#add(kind, start, suffix, { handle });
    } else {
      this.#add(kind, start, scanName(this.#cursor));
    }
  }

  #fetchQuoted(): void {
    this.#noteKey();
    this.#isKeyAllowed = false;
    const start = this.#cursor.mark();
    this.#add('scalar', start, scanQuoted(this.#cursor));
  }

  #fetchPlain(): void {
    this.#noteKey();
    this.#isKeyAllowed = false;
    const start = this.#cursor.mark();
    const { value, endsLine } = scanPlain(this.#cursor, this.#indent + 1, this.#flowLevel > 0);
    if (endsLine) this.#isKeyAllowed = true;
    this.#add('scalar', start, value, PLAIN);
  }

  #fetchBlockScalar(): void {
    this.#dropKey();
    this.#isKeyAllowed = true;
    const start = this.#cursor.mark();
    this.#add('scalar', start, scanBlock(this.#cursor, this.#indent));
  }
}
