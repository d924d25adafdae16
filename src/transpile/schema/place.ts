import type { MappingNode, Mark, YamlNode } from '../yaml/nodes.ts';

/** How a place is looked up. */
export interface Lookup {
  /** What a key of the text is called by those who ask. */
  nameOf(key: string): string;
  /**
   * What is needed to point at a value itself. Without it places are those that `ct` gave, who stopped at aliases,
   * lost sight of a key, and counted units of its own among those of the text.
   */
  readonly exact: ExactLookup | undefined;
}

/** What aliases mean, and how many units come before those of the text. */
export interface ExactLookup {
  readonly anchors: ReadonlyMap<string, YamlNode>;
  readonly generatedUnits: number;
}

/** The keys that mean something. */
export type Known = Pick<ReadonlySet<string>, 'has' | 'keys'>;

const NO_KEYS: ReadonlyMap<string, Mark> = new Map();

/** Up to so many keys, looking through them is faster than an index. */
const SMALL = 12;

function textOfKey(key: YamlNode): string {
  switch (key.kind) {
    case 'scalar':
      return key.value;
    case 'alias':
      return key.name;
    default:
      return '';
  }
}

/**
 * Where a value stands in the text, as far as that is known: values that come from defaults or merges stand nowhere,
 * and are said to be where the nearest value around them is.
 */
export class Place {
  readonly node: YamlNode | undefined;
  readonly start: Mark | undefined;
  readonly #lookup: Lookup;
  /** How many items of the list are not in the text. */
  readonly #offset: number;
  #values: ReadonlyMap<string, YamlNode> | undefined;

  constructor(node: YamlNode | undefined, start: Mark | undefined, lookup: Lookup, offset = 0) {
    this.node = node;
    this.#offset = offset;
    this.start = start;
    this.#lookup = lookup;
  }

  /** Where the value of a key stands; of equal keys, the last one counts. */
  key(name: string): Place {
    const value = this.#valueOf(name);
    return new Place(value, value?.start ?? this.start, this.#lookup);
  }

  /**
   * Where it stands, for what is said while values are converted: there, `ct` gave no place at all for a value that it
   * could not find, behind an alias or a merge.
   */
  get found(): Mark | undefined {
    return this.node === undefined && this.#lookup.exact === undefined ? undefined : this.start;
  }

  /** The keys that are not known, with where they stand; of equal keys, the last one. */
  unknownKeys(known: Known): ReadonlyMap<string, Mark> {
    const node = this.#content;
    if (node?.kind !== 'mapping') return NO_KEYS;
    let unknown: Map<string, Mark> | undefined;
    for (const [key] of node.pairs) {
      const name = this.#lookup.nameOf(textOfKey(key));
      if (!known.has(name)) unknown = (unknown ?? new Map<string, Mark>()).set(name, key.start);
    }
    return unknown ?? NO_KEYS;
  }

  #valueOf(name: string): YamlNode | undefined {
    const node = this.#content;
    if (node?.kind !== 'mapping') return undefined;
    const { pairs } = node;
    if (pairs.length > SMALL) return this.#indexed(pairs).get(name);
    for (let at = pairs.length - 1; at >= 0; at--) {
      const pair = pairs[at];
      if (pair !== undefined && this.#lookup.nameOf(textOfKey(pair[0])) === name) return pair[1];
    }
    return undefined;
  }

  #indexed(pairs: MappingNode['pairs']): ReadonlyMap<string, YamlNode> {
    this.#values ??= new Map(pairs.map(([key, value]) => [this.#lookup.nameOf(textOfKey(key)), value]));
    return this.#values;
  }

  /** A key that `ct` did not find again. */
  lostKey(name: string): Place {
    return this.#lookup.exact === undefined ? new Place(undefined, this.start, this.#lookup) : this.key(name);
  }

  /** The same mapping with one key under another name. */
  renamed(from: string, to: string): Place {
    const node = this.#content;
    if (node?.kind !== 'mapping') return this;
    const pairs = node.pairs.map(([key, value]): readonly [YamlNode, YamlNode] =>
      key.kind === 'scalar' && key.value === from ? [{ ...key, value: to }, value] : [key, value],
    );
    return new Place({ ...node, pairs }, this.start, this.#lookup);
  }

  /** The list of units, in which those that the text does not have come first. */
  withGeneratedUnits(): Place {
    const { generatedUnits = 0 } = this.#lookup.exact ?? {};
    return generatedUnits === 0 ? this : new Place(this.node, this.start, this.#lookup, generatedUnits);
  }

  /** An item of a list, or the list itself if it has no such item. */
  item(index: number): Place {
    const node = this.#content;
    const item = node?.kind === 'sequence' ? node.items[index - this.#offset] : undefined;
    return item === undefined ? this : this.at(item);
  }

  /** The same way of looking up, from another node. */
  at(node: YamlNode): Place {
    return new Place(node, node.start, this.#lookup);
  }

  get #content(): YamlNode | undefined {
    const { node } = this;
    if (node?.kind !== 'alias') return node;
    const target = this.#lookup.exact?.anchors.get(node.name);
    return target?.kind === 'alias' ? undefined : (target ?? node);
  }
}
