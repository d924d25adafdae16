import type { ContentNode } from '../yaml/nodes.ts';
import { resolveScalar } from '../yaml/resolve.ts';
import type { Type } from './type.ts';

const EMPTY: readonly never[] = [];

/** A list; nothing at all is an empty one. */
export function listOf<T>(item: Type<T>): Type<readonly T[]> {
  const name = `[]${item.name}`;
  return {
    name,
    isUnchecked: item.isUnchecked,
    zero: () => EMPTY,
    read(node, current, reader) {
      if (node.kind === 'sequence') return node.items.map((one) => reader.read(item, one, item.zero()));
      if (node.kind === 'scalar') {
        const { resolved, tag } = resolveScalar(node);
        if (resolved.kind === 'null') return EMPTY;
        reader.misfit(node, tag, name);
      } else {
        reader.misfit(node, '!!map', name);
      }
      return current;
    },
    check(value, place, context) {
      for (const [index, one] of value.entries()) item.check(one, place.item(index), context);
    },
  };
}

/** Whether a value is no value for an optional field. The other words for null mean the zero value. */
function isUnset(node: ContentNode): boolean {
  if (node.kind !== 'scalar') return false;
  const { tag, value, isPlain } = node;
  return tag === 'tag:yaml.org,2002:null' || (tag === '' && (value === 'null' || (value === '' && isPlain)));
}

/** A value that may be missing, which is not the same as its zero value. */
export function optional<T>(type: Type<T>): Type<T | undefined> {
  return {
    name: `*${type.name}`,
    isUnchecked: type.isUnchecked,
    zero: () => undefined,
    read(node, current, reader) {
      if (!isUnset(node) || node.kind !== 'scalar') return reader.read(type, node, current ?? type.zero());
      const { resolved, tag } = resolveScalar(node);
      if (resolved.kind === 'null') return undefined;
      // The text "null" in quotes.
      if (type.name === 'string') return reader.read(type, node, type.zero());
      reader.misfit(node, tag, `*${type.name}`);
      return current;
    },
    check(value, place, context) {
      if (value !== undefined) type.check(value, place, context);
    },
  };
}
