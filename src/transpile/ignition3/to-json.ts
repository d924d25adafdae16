import { formatText } from '../ignition2/serialize.ts';
import type { Tree } from './tree.ts';

/** A tree as JSON, with the escapes of Go. @param lineEnd a newline and the indentation so far; none for one line */
function write(tree: Tree, lineEnd: string | undefined): string {
  if (typeof tree === 'string') return formatText(tree);
  if (typeof tree !== 'object') return String(tree);
  const inner = lineEnd === undefined ? undefined : `${lineEnd}  `;
  const colon = lineEnd === undefined ? ':' : ': ';
  const isList = Array.isArray(tree);
  const parts = isList
    ? tree.map((one: Tree) => write(one, inner))
    : Object.entries(tree as object).map(([key, one]) => `"${key}"${colon}${write(one as Tree, inner)}`);
  const [open, close] = isList ? '[]' : '{}';
  const separator = inner ?? '';
  return `${open}${separator}${parts.join(`,${separator}`)}${lineEnd ?? ''}${close}`;
}

/** A document as JSON: indented by two spaces and with a newline at the end, or one line without. */
export function toJson(tree: Tree, isPretty: boolean): string {
  return isPretty ? `${write(tree, '\n')}\n` : write(tree, undefined);
}
