/** JSON that can be changed, and in which an object may have a key twice. Numbers are kept as text. */
export type Tree =
  | { readonly kind: 'object'; readonly members: [string, Tree][] }
  | { readonly kind: 'array'; readonly items: Tree[] }
  | { readonly kind: 'scalar'; readonly text: string };

/** A tree of a value as `JSON.parse` gives it. */
export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(treeOf) };
  if (typeof value !== 'object' || value === null) return { kind: 'scalar', text: JSON.stringify(value) };
  return {
    kind: 'object',
    members: Object.entries(value).map(([key, below]): [string, Tree] => [key, treeOf(below)]),
  };
}

/** JSON of a tree, on one line. */
export function formatTree(tree: Tree): string {
  switch (tree.kind) {
    case 'object':
      return `{${tree.members.map(([key, below]) => `${JSON.stringify(key)}: ${formatTree(below)}`).join(', ')}}`;
    case 'array':
      return `[${tree.items.map(formatTree).join(', ')}]`;
    case 'scalar':
      return tree.text;
  }
}

/** A place in a tree: an object or array, and where in it. */
export interface Slot {
  readonly parent: Exclude<Tree, { kind: 'scalar' }>;
  readonly index: number;
}

/** Every place below a tree. */
export function slotsOf(tree: Tree): Slot[] {
  if (tree.kind === 'scalar') return [];
  const below = tree.kind === 'object' ? tree.members.map(([, one]) => one) : tree.items;
  return below.flatMap((one, index) => [{ parent: tree, index }, ...slotsOf(one)]);
}

/** What stands at a place. */
export function valueAt({ parent, index }: Slot): Tree {
  const value = parent.kind === 'object' ? parent.members[index]?.[1] : parent.items[index];
  if (value === undefined) throw new Error('nothing stands there');
  return value;
}

/** Puts a value at a place. */
export function replaceAt({ parent, index }: Slot, value: Tree): void {
  if (parent.kind === 'array') parent.items[index] = value;
  else parent.members[index] = [parent.members[index]?.[0] ?? '', value];
}

/** A copy that can be changed by itself. */
export function copyTree(tree: Tree): Tree {
  return structuredClone(tree);
}
