/** A place in the text; both count from 0, columns in characters. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** One scalar, as text and not yet typed: which type it has depends on the field that it is for. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly start: Mark;
  readonly value: string;
  /** Written without quotes, and so open to being a number, a bool or null. */
  readonly isPlain: boolean;
  /** In its long form (`tag:yaml.org,2002:str`); empty where none was written. */
  readonly tag: string;
}

/** One sequence. */
export interface SequenceNode {
  readonly kind: 'sequence';
  readonly start: Mark;
  readonly tag: string;
  readonly items: readonly YamlNode[];
}

/** One mapping, keys in the order of the text; a key may stand there more than once. */
export interface MappingNode {
  readonly kind: 'mapping';
  readonly start: Mark;
  readonly tag: string;
  readonly pairs: readonly (readonly [key: YamlNode, value: YamlNode])[];
}

/** The use of an anchor, which may be unknown: that is told when its value is wanted. */
export interface AliasNode {
  readonly kind: 'alias';
  readonly start: Mark;
  readonly name: string;
}

/** A node that is no alias. */
export type ContentNode = ScalarNode | SequenceNode | MappingNode;

/** One node of a document. */
export type YamlNode = ContentNode | AliasNode;

/** The first document of a text. */
export interface YamlDocument {
  readonly root: YamlNode;
  /** What aliases mean. An anchor that is set again means its last value everywhere, as it did for `ct`. */
  readonly anchors: ReadonlyMap<string, YamlNode>;
  /** How many nodes there are. */
  readonly size: number;
}
