/** What a document consists of once everything that is empty is left out. */
export type Tree = string | bigint | boolean | readonly Tree[] | TreeObject;
export interface TreeObject {
  readonly [key: string]: Tree;
}

/** What an object may be left out of: the top of a document is always there. */
function pruneObject(value: object): TreeObject {
  const entries = Object.entries(value).flatMap(([key, one]): [string, Tree][] => {
    const kept = prune(one);
    return kept === undefined ? [] : [[key, kept]];
  });
  return Object.fromEntries(entries);
}

function prune(value: unknown): Tree | undefined {
  if (typeof value !== 'object' || value === null) return value as Tree | undefined;
  if (Array.isArray(value)) {
    // Items of lists are never empty: each one has a name, a path or the like.
    return value.length === 0 ? undefined : value.map((one) => prune(one) ?? {});
  }
  const object = pruneObject(value);
  return Object.keys(object).length === 0 ? undefined : object;
}

/** A document without what is undefined, and without empty lists and objects. */
export function toTree(document: object): TreeObject {
  return pruneObject(document);
}
