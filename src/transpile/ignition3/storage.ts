import type { IgnitionDocument, IgnitionLink } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { translateDisks, translateRaids } from './disks.ts';
import type { Directory3, File3, Link3, Storage3 } from './document.ts';
import { mergeFiles, networkdFiles, translateFile } from './files.ts';
import { translateFilesystems } from './filesystems.ts';
import { checkPaths, keepLast, NodePaths, type Placed, translateMode, translateNode } from './node-paths.ts';
import { caution, refuse, type Translation, trueOrNone } from './translation.ts';

function translateLink(
  link: IgnitionLink,
  place: Place,
  paths: NodePaths,
  translation: Translation,
): Placed<Link3> {
  const { hard, target } = link;
  if (target === '') refuse(translation, 'a link needs a target', place.key('target'));
  const node = translateNode(link, paths.pathOf(link, place));
  const hasOwner = node.user !== undefined || node.group !== undefined;
  if (hard && hasOwner) {
    const message = 'a hard link has the owner of its file in Ignition 3: its own is left out';
    caution(translation, message, place.key(node.user === undefined ? 'group' : 'user'));
  }
  return {
    node: {
      ...(hard ? { ...node, user: undefined, group: undefined } : node),
      hard: trueOrNone(hard),
      // A hard link stays within its filesystem, and its target was written as that sees it.
      target: hard ? paths.besides(link, target) : target,
    },
    place,
  };
}

/** What Ignition 3.x knows by a path. */
interface Nodes {
  readonly directories: readonly Placed<Directory3>[];
  readonly files: readonly Placed<File3>[];
  readonly links: readonly Placed<Link3>[];
}

/** @param filesWithMode the files whose configuration says a mode, by their index */
function translateNodes(
  { networkd, storage }: IgnitionDocument,
  place: Place,
  paths: NodePaths,
  { filesWithMode, translation }: { filesWithMode: ReadonlySet<number>; translation: Translation },
): Nodes {
  const at = place.key('storage');
  const directories = storage.directories.map((one, index) => {
    const itemAt = at.key('directories').item(index);
    const mode = translateMode(one.mode, itemAt, translation);
    return { node: { ...translateNode(one, paths.pathOf(one, itemAt)), mode }, place: itemAt };
  });
  const files = storage.files.map((one, index) => {
    const options = { hasMode: filesWithMode.has(index), paths };
    return translateFile(one, at.key('files').item(index), options, translation);
  });
  const unitFiles = networkdFiles(networkd.units, place.key('networkd').key('units'), translation);
  const links = storage.links.map((one, index) =>
    translateLink(one, at.key('links').item(index), paths, translation),
  );
  return {
    directories: keepLast(directories, 'directory', translation),
    files: mergeFiles([...files, ...unitFiles], translation),
    links: keepLast(links, 'link', translation),
  };
}

const nodeOf = <T>({ node }: { readonly node: T }): T => node;

/** The section `storage`, with the units of networkd as files. @param place where the document stands */
export function translateStorage(
  document: IgnitionDocument,
  place: Place,
  filesWithMode: ReadonlySet<number>,
  translation: Translation,
): Storage3 {
  const { storage } = document;
  const at = place.key('storage');
  const disks = translateDisks(storage.disks, at.key('disks'), translation);
  const raid = translateRaids(storage.raid, at.key('raid'), translation);
  const { filesystems, mountPoints } = translateFilesystems(document, at, translation);
  const paths = new NodePaths(mountPoints, translation);
  const nodes = translateNodes(document, place, paths, { filesWithMode, translation });
  checkPaths(
    [
      ['directory', nodes.directories],
      ['file', nodes.files],
      ['link', nodes.links],
    ],
    translation,
  );
  return {
    directories: nodes.directories.map(nodeOf),
    disks,
    files: nodes.files.map(nodeOf),
    filesystems,
    links: nodes.links.map(nodeOf),
    raid,
  };
}
