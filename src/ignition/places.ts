import type { JsonMember, JsonNode, JsonObject } from './json/node.ts';

/** The way to a value: the keys of objects and the indexes of arrays. */
export type Path = readonly (string | number)[];

/** A line and a column, both from 1; columns count characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

const membersByKey = new WeakMap<JsonObject, ReadonlyMap<string, JsonMember>>();

/** The member that counts for a key: as Ignition reads keys, that is the last one, in any case where none is exact. */
function findMember(node: JsonObject, key: string): JsonMember | undefined {
  let members = membersByKey.get(node);
  if (members === undefined) {
    const folded = node.members.map((member): [string, JsonMember] => [foldKey(member.key), member]);
    const exact = node.members.map((member): [string, JsonMember] => [member.key, member]);
    members = new Map([...folded, ...exact]);
    membersByKey.set(node, members);
  }
  return members.get(key) ?? members.get(foldKey(key));
}

/** Ignition's JSON takes keys in any case, by the simple folding of Unicode: two letters outside ASCII fold into it. */
export function foldKey(key: string): string {
  return key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k');
}

/** The offset of the value at a path, or of the deepest value on the way to it that there is. */
export function locate(root: JsonNode, path: Path): number {
  let node = root;
  for (const segment of path) {
    let next: JsonNode | undefined;
    if (node.kind === 'object' && typeof segment === 'string') next = findMember(node, segment)?.value;
    if (node.kind === 'array' && typeof segment === 'number') next = node.items[segment];
    if (next === undefined) break;
    node = next;
  }
  return node.start;
}

/** A path as text, such as `$.storage.files.0.path`. */
export function formatPath(path: Path): string {
  return ['$', ...path].join('.');
}

/**
 * The positions of offsets, which come in ascending order. One pass over the text serves them all, however long its
 * lines are.
 */
export function positionsOf(text: string, offsets: readonly number[]): Position[] {
  let line = 1;
  let column = 1;
  let at = 0;
  return offsets.map((offset) => {
    while (at < offset) {
      const code = text.charCodeAt(at);
      // The second half of a pair belongs to the character before it.
      if (code === 0x0a) {
        line++;
        column = 1;
      } else if (code < 0xdc00 || code > 0xdfff) {
        column++;
      }
      at++;
    }
    return { line, column };
  });
}
