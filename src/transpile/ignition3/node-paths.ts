import type { IgnitionNode, IgnitionOwner } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { joinPath, parentsOf } from '../text/paths.ts';
import { quote } from '../text/quote.ts';
import type { Node3, Owner3 } from './document.ts';
import { caution, refuse, type Translation, textOrNone } from './translation.ts';

/** A file, a directory or a link with where it stands in the configuration. */
export interface Placed<T extends Node3> {
  readonly node: T;
  readonly place: Place;
}

/** What Linux takes. */
const PATH_MAX = 4095;

/** Finds the paths of what is on a filesystem. */
export class NodePaths {
  readonly #mountPoints: ReadonlyMap<string, string | undefined>;
  readonly #translation: Translation;

  constructor(mountPoints: ReadonlyMap<string, string | undefined>, translation: Translation) {
    this.#mountPoints = mountPoints;
    this.#translation = translation;
  }

  /** The path on the machine. It tells of a filesystem that is not known, and of what no machine can open. */
  pathOf({ filesystem, path }: IgnitionNode, place: Place): string {
    const mountPoint = this.#mountPoints.get(filesystem);
    if (path.length > PATH_MAX) {
      refuse(this.#translation, `a path has at most ${PATH_MAX} bytes`, place.key('path'));
      return '/';
    }
    if (mountPoint !== undefined) return joinPath(mountPoint, path);
    const what = this.#mountPoints.has(filesystem) ? 'it does not say where it is' : 'there is none here';
    refuse(
      this.#translation,
      `Ignition 3 knows filesystems by where they are mounted, and of ${quote(filesystem)} ${what}: give --mount ${filesystem}=PATH`,
      place.key('filesystem'),
    );
    return path;
  }

  /** The path of what is on the same filesystem as something else. */
  besides({ filesystem }: IgnitionNode, path: string): string {
    return joinPath(this.#mountPoints.get(filesystem) ?? '/', path);
  }
}

function translateOwner(owner: IgnitionOwner | undefined): Owner3 | undefined {
  return owner && { id: owner.id, name: textOrNone(owner.name) };
}

/** What files, directories and links have in common. @param path on the machine */
export function translateNode(node: IgnitionNode, path: string): Node3 {
  const { group, overwrite, user } = node;
  return { group: translateOwner(group), overwrite, path, user: translateOwner(user) };
}

/** The bits for other users on execution, and for folders that all may write to. */
const SPECIAL_BITS = 0o7000n;

/**
 * Special bits came with 3.4.0. Later releases of Ignition say that they work from 3.6.0 on only.
 */
export function translateMode(
  mode: bigint | undefined,
  place: Place,
  translation: Translation,
): bigint | undefined {
  if (mode === undefined || (mode & SPECIAL_BITS) === 0n) return mode;
  const isKept = translation.profile >= '3.4.0';
  const message = isKept
    ? 'not every Ignition that reads 3.4.0 sets setuid, setgid and sticky bits: let a unit set them'
    : 'Ignition 3.3.0 sets no setuid, setgid and sticky bits, and they are left out: let a unit set them';
  caution(translation, message, place.key('mode'));
  return isKept ? mode : mode & ~SPECIAL_BITS;
}

/** Of equal paths, keeps the last one: that is what Ignition 2.x left there. */
export function keepLast<T extends Node3>(
  placed: readonly Placed<T>[],
  what: string,
  translation: Translation,
): readonly Placed<T>[] {
  const byPath = new Map<string, Placed<T>>();
  for (const one of placed) {
    const { path } = one.node;
    if (byPath.has(path))
      caution(translation, `the ${what} ${quote(path)} stands twice: the last one counts`, one.place);
    byPath.set(path, one);
  }
  return [...byPath.values()];
}

/** Tells of paths that are two things at once, or below something that holds nothing. */
export function checkPaths(
  kinds: readonly (readonly [kind: string, placed: readonly Placed<Node3>[]])[],
  translation: Translation,
): void {
  const kindOf = new Map<string, string>();
  for (const [kind, placed] of kinds) {
    for (const { node, place } of placed) {
      const before = kindOf.get(node.path);
      if (before !== undefined)
        refuse(translation, `${quote(node.path)} is a ${before} as well`, place.key('path'));
      kindOf.set(node.path, kind);
    }
  }
  for (const [, placed] of kinds) {
    for (const { node, place } of placed) {
      const parent = [...parentsOf(node.path)].find(
        (path) => (kindOf.get(path) ?? 'directory') !== 'directory',
      );
      if (parent === undefined) continue;
      const kind = kindOf.get(parent) ?? '';
      refuse(
        translation,
        `Ignition 3 puts nothing below a ${kind}, and ${quote(parent)} is one`,
        place.key('path'),
      );
    }
  }
}
