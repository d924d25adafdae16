import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { MusterError } from '../errors.ts';
import { closestWord } from './closest-word.ts';

/** The text of a settings file and the name that people know it by. */
export interface SettingsFile {
  readonly name: string;
  readonly text: string;
}

/** One setting as it stands in the file. */
export interface FileEntry {
  readonly key: string;
  readonly text: string;
  readonly line: number;
}

/** The text of a scalar as it was written, so that `8087` and `1e3` are not numbers before a parser sees them. */
function scalarText(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
}

/** The text of a setting: one value, or a list of values, which means the same as commas between them. */
function valueText(node: unknown): string | undefined {
  if (!isSeq(node)) return scalarText(node);
  const texts = node.items.map(scalarText);
  return texts.length === 0 || texts.includes(undefined) ? undefined : texts.join(',');
}

/** Parses a settings file: one YAML mapping of known keys to single values. Throws `bad-setting` with the line. */
export function parseSettingsFile(file: SettingsFile, knownKeys: readonly string[]): readonly FileEntry[] {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const lineOf = (offset: number | undefined): number => Math.max(1, lines.linePos(offset ?? 0).line);
  const refuse = (line: number, problem: string, remedy: string): never => {
    throw new MusterError('bad-setting', `${file.name}:${line}: ${problem}`, { remedy });
  };
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    refuse(lineOf(error.pos[0]), `not valid YAML: ${error.message}`, 'Correct this line.');
  }
  const root = document.contents as Node | null;
  if (root === null || (isScalar(root) && root.value === null)) return [];
  if (!isMap(root)) {
    return refuse(lineOf(root.range?.[0]), 'not a list of settings', 'Write one "key: value" on each line.');
  }
  return root.items.map(({ key: keyNode, value }) => {
    const line = lineOf(isScalar(keyNode) ? keyNode.range?.[0] : undefined);
    const key = scalarText(keyNode) ?? '';
    if (!knownKeys.includes(key)) {
      const near = closestWord(key, knownKeys);
      const remedy = near === undefined ? `Known keys: ${knownKeys.join(', ')}.` : `Did you mean ${near}?`;
      refuse(line, `unknown setting ${JSON.stringify(key.slice(0, 100))}`, remedy);
    }
    const text = isAlias(value) ? undefined : valueText(value);
    if (text !== undefined && text !== '') return { key, text, line };
    return refuse(
      line,
      `${key} has no single value`,
      'Give one value, in quotes where it begins with [ or *.',
    );
  });
}
