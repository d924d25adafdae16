import type { Item } from '../item.ts';
import { formatPath, type Path } from '../places.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** Which lists of a section may not have the same entry twice. */
export interface DuplicateRule {
  /** `by` is the key that tells sections apart; texts tell themselves apart. */
  readonly lists: readonly { readonly key: string; readonly by?: string }[];
  /** An entry may stand in one of the lists only. */
  readonly isShared?: boolean;
}

/** In 3.x, each thing is defined once. */
export function checkDuplicates({ lists, isShared = false }: DuplicateRule): Check {
  return (item, context) => {
    if (!isVersion3(context.spec)) return;
    const shared = new Map<string, Path>();
    for (const { key, by } of lists) {
      checkList(namesOf(item, key, by), isShared ? shared : new Map<string, Path>(), context);
    }
  };
}

function namesOf(item: Item, key: string, by: string | undefined): { name: string; path: Path }[] {
  if (by === undefined) return item.texts(key).map((name, index) => ({ name, path: item.at(key, index) }));
  return item.children(key).map((child) => ({ name: child.text(by) ?? '', path: child.path }));
}

function checkList(
  names: readonly { name: string; path: Path }[],
  seen: Map<string, Path>,
  { findings }: CheckContext,
): void {
  for (const { name, path } of names) {
    const first = seen.get(name);
    if (first === undefined) {
      seen.set(name, path);
      continue;
    }
    const shown =
      name === ''
        ? 'what tells an entry apart is missing here, and'
        : `${JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name)} is defined twice, first`;
    findings.add('duplicate', path, `${shown} at ${formatPath(first)}; keep one`);
  }
}
