import { parseExport } from '../../src/move/export-format.ts';
import { exportStore } from '../../src/move/export-store.ts';
import { type ImportCounts, importTokens } from '../../src/move/import-tokens.ts';
import { readLines } from '../../src/move/read-lines.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeClock } from '../support/fake-clock.ts';

/** The whole export of a store. */
export async function exportText(store: Store): Promise<string> {
  let text = '';
  for await (const line of exportStore(store, 0, () => {})) text += line;
  return text;
}

/** Imports the text of an export. */
export function importText(store: Store, text: string, clock: FakeClock): Promise<ImportCounts> {
  const chunks = (async function* () {
    yield Buffer.from(text);
  })();
  return importTokens(
    store,
    parseExport(readLines(chunks)),
    () => clock.now(),
    () => {},
  );
}

interface ExportedLine {
  readonly token?: string;
  readonly keys?: readonly { readonly key: string; readonly createRevision: number }[];
}

/**
 * The lines of an export without its header, and with the place of each key in the order of creation of its token instead
 * of its revisions: what a move keeps.
 */
export function withoutRevisions(text: string): unknown[] {
  const lines = text.trimEnd().split('\n').slice(1);
  return lines.map((line) => {
    const { token, keys, ...rest } = JSON.parse(line) as ExportedLine;
    if (keys === undefined) return rest;
    const order = [...new Set(keys.map(({ createRevision }) => createRevision))].sort((a, b) => a - b);
    return {
      token,
      keys: keys.map((key) => ({
        ...key,
        createRevision: order.indexOf(key.createRevision),
        modRevision: undefined,
        version: undefined,
      })),
    };
  });
}
