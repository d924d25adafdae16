import type { IgnitionFile, IgnitionFileContents, IgnitionNetworkdUnit } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { toDataUrl } from '../text/data-text.ts';
import { quote } from '../text/quote.ts';
import type { File3, Resource3 } from './document.ts';
import { type NodePaths, type Placed, translateMode, translateNode } from './node-paths.ts';
import { checkSource } from './references.ts';
import { caution, refuse, type Translation, textOrNone } from './translation.ts';

function translateContents(
  { compression, isRemote, source, verification }: IgnitionFileContents,
  place: Place,
  translation: Translation,
): Resource3 {
  checkSource(source, isRemote ? place.key('remote').key('url') : place, translation);
  return { compression: textOrNone(compression), source, verification: { hash: verification.hash } };
}

/** A file, or what is appended to one. @param hasMode whether the configuration says a mode, and not only its profile */
export function translateFile(
  file: IgnitionFile,
  place: Place,
  { hasMode, paths }: { readonly hasMode: boolean; readonly paths: NodePaths },
  translation: Translation,
): Placed<File3> {
  const contents = translateContents(file.contents, place.key('contents'), translation);
  const mode = translateMode(file.mode, place, translation);
  const node = translateNode(file, paths.pathOf(file, place));
  if (file.append) {
    const kept = { ...node, overwrite: false, append: [contents], contents: undefined };
    // The mode of a file that is there already stays.
    return { node: { ...kept, mode: hasMode ? mode : undefined }, place };
  }
  // Ignition 2.x replaces a file that is there, if it is not told otherwise.
  return { node: { ...node, overwrite: node.overwrite ?? true, append: [], contents, mode }, place };
}

/** Puts files of one path together: what is appended goes to the one that is made, and else the last one counts. */
export function mergeFiles(
  placed: readonly Placed<File3>[],
  translation: Translation,
): readonly Placed<File3>[] {
  const byPath = new Map<string, Placed<File3>[]>();
  for (const one of placed) {
    const { path } = one.node;
    const before = byPath.get(path);
    if (before === undefined) {
      byPath.set(path, [one]);
    } else if (one.node.append.length > 0) {
      before.push(one);
    } else {
      caution(translation, `the file ${quote(path)} stands twice: the last one counts`, one.place);
      byPath.set(path, [one]);
    }
  }
  return [...byPath.values()].flatMap(mergeGroup);
}

/** One file that may be made, and those that are appended to it; what is said last of its owner and mode counts. */
function mergeGroup(group: readonly Placed<File3>[]): readonly Placed<File3>[] {
  const [first] = group;
  if (first === undefined || group.length === 1) return group;
  const nodes = group.map(({ node }) => node);
  const last = <K extends 'group' | 'mode' | 'user'>(key: K): File3[K] | undefined =>
    nodes.findLast((node) => node[key] !== undefined)?.[key];
  const append = nodes.flatMap((node) => node.append);
  const owned = { group: last('group'), mode: last('mode'), user: last('user') };
  // The keys stay in their order.
  return [{ node: { ...first.node, ...owned, append }, place: first.place }];
}

const FOLDER = '/etc/systemd/network';
const MODE = 0o644n;

function unitFile(name: string, contents: string): File3 {
  return {
    group: undefined,
    overwrite: true,
    path: `${FOLDER}/${name}`,
    user: undefined,
    append: [],
    contents: { source: toDataUrl(contents), verification: { hash: undefined } },
    mode: MODE,
  };
}

/** Units of networkd are files to Ignition 3.x, each drop-in by itself. */
export function networkdFiles(
  units: readonly IgnitionNetworkdUnit[],
  place: Place,
  translation: Translation,
): readonly Placed<File3>[] {
  return units.flatMap(({ contents, dropins, name }, index) => {
    const at = place.item(index);
    if (contents === '' && dropins.length === 0)
      caution(translation, `the unit ${quote(name)} has nothing in it: there is no file for it`, at);
    const pieces = [
      { at: at.key('name'), file: name, text: contents },
      ...dropins.map((dropIn, number) => ({
        at: at.key('dropins').item(number).key('name'),
        file: `${name}.d/${dropIn.name}`,
        text: dropIn.contents,
      })),
    ];
    for (const { at: nameAt, file } of pieces) {
      if (/[^/]\/.*\/|^\/|\.\.|\/\//.test(file) || name.includes('/'))
        refuse(translation, `${quote(file)} is no name for a file of ${FOLDER}`, nameAt);
    }
    return pieces
      .filter(({ text }) => text !== '')
      .map(({ file, text }) => ({ node: unitFile(file, text), place: at }));
  });
}
