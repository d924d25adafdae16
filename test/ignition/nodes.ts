import type { JsonNode } from '../../src/ignition/json/node.ts';
import { parseJson } from '../../src/ignition/json/parse-json.ts';

/** A value of a document: its path as reports have it, and where it stands. */
export interface PlacedNode {
  readonly path: string;
  readonly node: JsonNode;
  /** The place of the key before it, where it has one. */
  readonly keyStart?: number;
  readonly keyEnd?: number;
}

/** All values of a document, outer ones first. Of a key that stands twice in an object, the last counts. */
export function nodesOf(text: string): ReadonlyMap<string, PlacedNode> {
  const { root } = parseJson(text);
  const nodes = new Map<string, PlacedNode>();
  const visit = (path: string, node: JsonNode, key: { keyStart?: number; keyEnd?: number }): void => {
    nodes.set(path, { path, node, ...key });
    if (node.kind === 'array') {
      for (const [index, item] of node.items.entries()) visit(`${path}.${index}`, item, {});
    }
    if (node.kind !== 'object') return;
    for (const { key: name, value, keyStart, keyEnd } of node.members)
      visit(`${path}.${name}`, value, { keyStart, keyEnd });
  };
  if (root !== undefined) visit('$', root, {});
  return nodes;
}

/** The deepest value on the way to a path. */
export function deepestNode(nodes: ReadonlyMap<string, PlacedNode>, path: string): PlacedNode | undefined {
  const found = nodes.get(path);
  if (found !== undefined || path === '$') return found;
  return deepestNode(nodes, path.slice(0, path.lastIndexOf('.')));
}

/** The offset of a line and column that count bytes, in a text of ASCII only. */
export function offsetOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let passed = 1; passed < line; passed++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}
