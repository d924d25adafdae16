import { yamlFailure } from './failure.ts';
import type { Mark, YamlDocument, YamlNode } from './nodes.ts';
import { Scanner, type Token, type TokenKind } from './scanner.ts';

/**
 * Reads the first document of a text; what comes behind its end is not looked at.
 * Throws `ReadFailure` where the text is no YAML 1.1, with the line that libyaml gives.
 *
 * @returns undefined for a text without a document: nothing in it, or comments only
 */
export function parseYaml(text: string): YamlDocument | undefined {
  return new Parser(text).document();
}

/** The handles that every document knows. */
const DEFAULT_HANDLES: readonly (readonly [string, string])[] = [
  ['!', '!'],
  ['!!', 'tag:yaml.org,2002:'],
];

/** An anchor and a tag in front of a node. */
interface Properties {
  readonly start: Mark;
  readonly anchor: string | undefined;
  readonly tag: string;
}

class Parser {
  readonly #scanner: Scanner;
  readonly #anchors = new Map<string, YamlNode>();
  readonly #turns = new Map<string, number>();
  readonly #handles = new Map<string, string>();
  #size = 0;

  constructor(text: string) {
    this.#scanner = new Scanner(text);
  }

  document(): YamlDocument | undefined {
    const first = this.#scanner.peek();
    if (first.kind === 'stream end') return undefined;
    const isExplicit = first.kind === 'directive' || first.kind === 'document start';
    if (isExplicit) this.#startDocument();
    else this.#readDirectives();
    const next = this.#scanner.peek();
    const root =
      isExplicit && ['directive', 'document start', 'document end', 'stream end'].includes(next.kind)
        ? this.#emptyAt(next.start)
        : this.#node(true, false);
    this.#endDocument();
    return { root, anchors: this.#anchors, size: this.#size };
  }

  #startDocument(): void {
    this.#readDirectives();
    const token = this.#scanner.peek();
    if (token.kind !== 'document start')
      throw yamlFailure('did not find expected <document start>', token.start.line);
    this.#scanner.take();
  }

  #readDirectives(): void {
    let hasVersion = false;
    const handles = new Map<string, string>();
    for (;;) {
      const { details, start } = this.#scanner.peek();
      const { directive } = details;
      if (directive === undefined) break;
      if (directive.kind === 'version') {
        if (hasVersion) throw yamlFailure('found duplicate %YAML directive', start.line);
        if (directive.major !== 1 || directive.minor !== 1)
          throw yamlFailure('found incompatible YAML document', start.line);
        hasVersion = true;
      } else {
        if (handles.has(directive.handle)) throw yamlFailure('found duplicate %TAG directive', start.line);
        handles.set(directive.handle, directive.prefix);
      }
      this.#scanner.take();
    }
    this.#handles.clear();
    for (const [handle, prefix] of [...DEFAULT_HANDLES, ...handles]) this.#handles.set(handle, prefix);
  }

  /** What follows must be the end, or the begin of another document, of which no more is read. */
  #endDocument(): void {
    while (this.#scanner.peek().kind === 'document end') this.#scanner.take();
    if (this.#scanner.peek().kind !== 'stream end') this.#startDocument();
  }

  /** @param isBlock whether block collections may stand here @param isIndentless whether `-` may, without indentation */
  #node(isBlock: boolean, isIndentless: boolean): YamlNode {
    if (this.#scanner.peek().kind === 'alias') {
      const { start, value: name } = this.#scanner.take();
      return this.#counted({ kind: 'alias', start, name });
    }
    const properties = this.#properties();
    const { anchor } = properties;
    const turn = anchor === undefined ? 0 : this.#takeTurn(anchor);
    const node = this.#content(properties, isBlock, isIndentless);
    if (anchor !== undefined && this.#turns.get(anchor) === turn) this.#anchors.set(anchor, node);
    return node;
  }

  /** The last anchor of a name counts, in the order in which they begin. */
  #takeTurn(anchor: string): number {
    const turn = (this.#turns.get(anchor) ?? 0) + 1;
    this.#turns.set(anchor, turn);
    return turn;
  }

  #properties(): Properties {
    const { start } = this.#scanner.peek();
    let anchor: string | undefined;
    let tag: Token | undefined;
    for (;;) {
      const { kind } = this.#scanner.peek();
      if (kind === 'anchor' && anchor === undefined) anchor = this.#scanner.take().value;
      else if (kind === 'tag' && tag === undefined) tag = this.#scanner.take();
      else return { start, anchor, tag: tag === undefined ? '' : this.#resolveTag(tag) };
    }
  }

  #resolveTag({ details, value, start }: Token): string {
    const { handle = '' } = details;
    if (handle === '') return value;
    const prefix = this.#handles.get(handle);
    if (prefix === undefined) throw yamlFailure('found undefined tag handle', start.line);
    return prefix + value;
  }

  #content({ start, anchor, tag }: Properties, isBlock: boolean, isIndentless: boolean): YamlNode {
    const token = this.#scanner.peek();
    switch (token.kind) {
      case '-':
        if (isIndentless) return this.#sequence(start, tag, this.#indentlessItems());
        break;
      case 'scalar': {
        const { value, details } = this.#scanner.take();
        // A lone "!" says that the scalar is not typed by its look; libyaml takes it for plain all the same.
        const isUntyped = (details.isPlain === true && tag === '') || tag === '!';
        return this.#counted({ kind: 'scalar', start, value, isPlain: isUntyped, tag });
      }
      case '[':
        return this.#sequence(start, tag, this.#flowItems());
      case '{':
        return this.#mapping(start, tag, this.#flowPairs());
      case 'block sequence start':
        if (isBlock) return this.#sequence(start, tag, this.#blockItems());
        break;
      case 'block mapping start':
        if (isBlock) return this.#mapping(start, tag, this.#blockPairs());
        break;
    }
    if (anchor !== undefined || tag !== '')
      return this.#counted({ kind: 'scalar', start, value: '', isPlain: tag === '', tag });
    throw yamlFailure('did not find expected node content', token.start.line);
  }

  #counted<T extends YamlNode>(node: T): T {
    this.#size += 1;
    return node;
  }

  #sequence(start: Mark, tag: string, items: readonly YamlNode[]): YamlNode {
    return this.#counted({ kind: 'sequence', start, tag, items });
  }

  #mapping(start: Mark, tag: string, pairs: readonly (readonly [YamlNode, YamlNode])[]): YamlNode {
    return this.#counted({ kind: 'mapping', start, tag, pairs });
  }

  #emptyAt(start: Mark): YamlNode {
    return this.#counted({ kind: 'scalar', start, value: '', isPlain: true, tag: '' });
  }

  /** A value that is not written, right behind its `-`, `?` or `:`. */
  #emptyBehind({ line, column }: Mark): YamlNode {
    return this.#emptyAt({ line, column: column + 1 });
  }

  #isNext(one: TokenKind, or?: TokenKind, orElse?: TokenKind, orLast?: TokenKind): boolean {
    const { kind } = this.#scanner.peek();
    return kind === one || kind === or || kind === orElse || kind === orLast;
  }

  #blockItems(): readonly YamlNode[] {
    this.#scanner.take();
    const items: YamlNode[] = [];
    while (this.#isNext('-')) {
      const { start } = this.#scanner.take();
      items.push(this.#isNext('-', 'block end') ? this.#emptyBehind(start) : this.#node(true, false));
    }
    if (!this.#isNext('block end')) this.#fail("did not find expected '-' indicator");
    this.#scanner.take();
    return items;
  }

  #indentlessItems(): readonly YamlNode[] {
    const items: YamlNode[] = [];
    while (this.#isNext('-')) {
      const { start } = this.#scanner.take();
      const isEmpty = this.#isNext('-', '?', ':', 'block end');
      items.push(isEmpty ? this.#emptyBehind(start) : this.#node(true, false));
    }
    return items;
  }

  #blockPairs(): readonly (readonly [YamlNode, YamlNode])[] {
    this.#scanner.take();
    const pairs: (readonly [YamlNode, YamlNode])[] = [];
    while (this.#isNext('?')) {
      const key = this.#blockPart(this.#scanner.take());
      const isGiven = this.#isNext(':');
      const value = isGiven
        ? this.#blockPart(this.#scanner.take())
        : this.#emptyAt(this.#scanner.peek().start);
      pairs.push([key, value]);
    }
    if (!this.#isNext('block end')) this.#fail('did not find expected key');
    this.#scanner.take();
    return pairs;
  }

  /** A key or a value of a block mapping, behind its `?` or `:`. */
  #blockPart({ start }: Token): YamlNode {
    return this.#isNext('?', ':', 'block end') ? this.#emptyBehind(start) : this.#node(true, true);
  }

  #flowItems(): readonly YamlNode[] {
    this.#scanner.take();
    const items: YamlNode[] = [];
    while (!this.#isNext(']')) {
      if (items.length > 0) {
        if (!this.#isNext(',')) this.#fail("did not find expected ',' or ']'");
        this.#scanner.take();
      }
      if (this.#isNext('?')) items.push(this.#flowSinglePair());
      else if (!this.#isNext(']')) items.push(this.#node(false, false));
      else break;
    }
    this.#scanner.take();
    return items;
  }

  /** `[a: b]` is a list with one mapping. */
  #flowSinglePair(): YamlNode {
    const { start } = this.#scanner.take();
    let key: YamlNode;
    if (this.#isNext(':', ',', ']')) {
      // libyaml goes past the token here.
      key = this.#emptyBehind(this.#scanner.take().start);
    } else {
      key = this.#node(false, false);
    }
    return this.#mapping(start, '', [[key, this.#flowValue(']')]]);
  }

  #flowValue(end: ']' | '}'): YamlNode {
    if (this.#isNext(':')) {
      this.#scanner.take();
      if (!this.#isNext(',', end)) return this.#node(false, false);
    }
    return this.#emptyAt(this.#scanner.peek().start);
  }

  #flowPairs(): readonly (readonly [YamlNode, YamlNode])[] {
    this.#scanner.take();
    const pairs: (readonly [YamlNode, YamlNode])[] = [];
    while (!this.#isNext('}')) {
      if (pairs.length > 0) {
        if (!this.#isNext(',')) this.#fail("did not find expected ',' or '}'");
        this.#scanner.take();
      }
      if (this.#isNext('?')) {
        this.#scanner.take();
        const isEmpty = this.#isNext(':', ',', '}');
        const key = isEmpty ? this.#emptyAt(this.#scanner.peek().start) : this.#node(false, false);
        pairs.push([key, this.#flowValue('}')]);
      } else if (!this.#isNext('}')) {
        const key = this.#node(false, false);
        pairs.push([key, this.#emptyAt(this.#scanner.peek().start)]);
      } else {
        break;
      }
    }
    this.#scanner.take();
    return pairs;
  }

  #fail(problem: string): never {
    throw yamlFailure(problem, this.#scanner.peek().start.line);
  }
}
