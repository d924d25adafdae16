import type { Tree, TreeObject } from '../ignition3/tree.ts';
import type { Ignition3Profile } from '../profiles.ts';
import { textOfDataUrl } from '../text/data-text.ts';
import { yamlScalar } from './yaml-text.ts';

/** The version of the variant `flatcar` that becomes each version of Ignition's. */
const VERSIONS: Readonly<Record<Ignition3Profile, string>> = { '3.3.0': '1.0.0', '3.4.0': '1.1.0' };

/** What Butane calls a key: `sizeMiB` is `size_mib`. */
function toButaneName(key: string): string {
  return key.replace('MiB', 'Mib').replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function isObject(tree: Tree | undefined): tree is TreeObject {
  return typeof tree === 'object' && !Array.isArray(tree);
}

/** What is in a file stands there as text, where it is one. */
function withInline(resource: Tree): Tree {
  if (!isObject(resource)) return resource;
  const { source, ...others } = resource;
  if (typeof source !== 'string' || Object.keys(others).length > 0) return resource;
  const text = textOfDataUrl(source);
  // An empty text is none to Butane.
  return text === undefined || text === '' ? resource : { inline: text };
}

function fileToButane(file: Tree): Tree {
  if (!isObject(file)) return file;
  const { append, contents } = file;
  return {
    ...file,
    ...(Array.isArray(append) ? { append: append.map(withInline) } : {}),
    ...(contents === undefined ? {} : { contents: withInline(contents) }),
  };
}

function filesToButane(document: TreeObject): TreeObject {
  const { storage } = document;
  if (!isObject(storage)) return document;
  const { files } = storage;
  return Array.isArray(files)
    ? { ...document, storage: { ...storage, files: files.map(fileToButane) } }
    : document;
}

const STEP = '  ';

function formatScalar(key: string, value: string | bigint | boolean, indentation: string): string {
  if (typeof value === 'string') return yamlScalar(value, indentation);
  return key === 'mode' ? `0${value.toString(8)}` : String(value);
}

/** The lines of an object, the first one without its indentation. */
function formatObject(object: TreeObject, indentation: string): string {
  const inner = indentation + STEP;
  const entries = Object.entries(object).map(([key, value]) => {
    const name = toButaneName(key);
    if (Array.isArray(value)) return `${name}:\n${formatList(value, inner)}`;
    if (isObject(value)) return `${name}:\n${inner}${formatObject(value, inner)}`;
    return `${name}: ${formatScalar(key, value as string | bigint | boolean, inner)}`;
  });
  return entries.join(`\n${indentation}`);
}

function formatList(items: readonly Tree[], indentation: string): string {
  const inner = indentation + STEP;
  const formatItem = (item: Tree): string =>
    isObject(item) ? formatObject(item, inner) : formatScalar('', item as string | bigint | boolean, inner);
  return items.map((item) => `${indentation}- ${formatItem(item)}`).join('\n');
}

/** A document for Ignition 3.x as a Butane config of the variant for Flatcar. */
export function toButane(document: TreeObject, profile: Ignition3Profile): string {
  const { ignition, ...rest } = filesToButane(document);
  const { version: _, ...section } = ignition as TreeObject;
  const config: TreeObject = {
    variant: 'flatcar',
    version: VERSIONS[profile],
    ...(Object.keys(section).length === 0 ? {} : { ignition: section }),
    ...rest,
  };
  return `${formatObject(config, '')}\n`;
}
