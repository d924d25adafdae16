import type { LiveContent, Member } from '../../registry/registry-state.ts';
import type { ShownEntry } from '../../registry/shown-entry.ts';
import { valueText } from '../../registry/value-text.ts';
import type { Entry } from '../../store/store.ts';

/** The keys of the v2 API stand below this folder, as the public service showed them. */
const ROOT = '/_etcd/registry/';

/** A node as Go's encoder orders its fields (etcd-io/etcd@v3.4.23:etcdserver/api/v2store/node_extern.go). */
export interface NodeDocument {
  readonly key: string;
  readonly value?: string;
  readonly dir?: true;
  readonly expiration?: string;
  readonly ttl?: number;
  readonly nodes?: readonly NodeDocument[];
  readonly modifiedIndex: number;
  readonly createdIndex: number;
}

/** The answer to a read or a write, and what a watch delivers. */
export interface EventDocument {
  readonly action: string;
  readonly node?: NodeDocument;
  readonly prevNode?: NodeDocument;
}

/** The key of a token's folder, or of something below it. */
export function keyOf(token: string, name?: string): string {
  return name === undefined ? ROOT + token : `${ROOT}${token}/${name}`;
}

/** The node of a key with a value. @param now milliseconds since the Unix epoch */
export function fileNode(key: string, { entry, expiresAt }: ShownEntry, now: number): NodeDocument {
  return {
    key,
    value: valueText(entry),
    ...endOf(expiresAt, now),
    modifiedIndex: entry.modRevision,
    createdIndex: entry.createRevision,
  };
}

function endOf(end: number | undefined, now: number): { expiration?: string; ttl?: number } {
  if (end === undefined) return {};
  const ttl = Math.ceil((end - now) / 1000);
  const expiration = formatTime(end);
  return ttl > 0 ? { expiration, ttl } : { expiration };
}

/** RFC 3339 as Go writes it: without zeros at the end of the fraction. */
function formatTime(at: number): string {
  return new Date(at).toISOString().replace(/\.?0+Z$/, 'Z');
}

/** A member as a node of its registry. */
export function memberNode(token: string, member: Member, now: number): NodeDocument {
  const { id, entry, note } = member;
  return fileNode(keyOf(token, id), { entry, expiresAt: note?.expiresAt }, now);
}

/** The folder of a token: its members, and nothing that is hidden. */
export function registryNode(
  token: string,
  content: LiveContent,
  sorted: boolean,
  now: number,
): NodeDocument {
  const nodes = content.members.map((member) => memberNode(token, member, now));
  if (sorted) nodes.sort(byKey);
  return folderNode(keyOf(token), nodes, content);
}

/** By the bytes of the UTF-8 form, as Go compares strings: UTF-16 puts U+E000..U+FFFF after what is above them. */
function byKey(a: NodeDocument, b: NodeDocument): number {
  return Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
}

/** The folder `_config`, with the size and nothing of Muster's own. */
export function configNode(token: string, content: LiveContent, now: number): NodeDocument {
  return folderNode(keyOf(token, '_config'), [sizeNode(token, content.sizeEntry, now)], content);
}

/** The size ends with its token, and no reader is told of that. */
export function sizeNode(token: string, sizeEntry: Entry, now: number): NodeDocument {
  return fileNode(keyOf(token, '_config/size'), { entry: sizeEntry, expiresAt: undefined }, now);
}

/** In etcd a folder comes into being with the first key in it, which is the size. */
function folderNode(key: string, nodes: readonly NodeDocument[], content: LiveContent): NodeDocument {
  const madeAt = content.sizeEntry.createRevision;
  return {
    key,
    dir: true,
    ...(nodes.length === 0 ? {} : { nodes }),
    modifiedIndex: madeAt,
    createdIndex: madeAt,
  };
}

/** The node of a removed key: without its value, at the revision of the removal. */
export function removedNode(key: string, { entry }: ShownEntry, revision: number): NodeDocument {
  return { key, modifiedIndex: revision, createdIndex: entry.createRevision };
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** JSON as Go's encoder writes it: these characters escaped, and a line feed at the end. */
export function formatJson(document: object): string {
  const text = JSON.stringify(document);
  return `${text.replace(/[<>&\u2028\u2029]/g, (character) => ESCAPES[character] ?? character)}\n`;
}
