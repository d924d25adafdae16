/**
 * Reads a data file, in a process of its own that may die of it: `file-walk <folder> part|all <file>`. Ends with 0
 * when everything that was read is sound.
 */
import { DATA_FILE, type Environment, openEnvironment, TABLES, type Table } from './environment.ts';
import { CLUSTER_ID_KEY, parseDueKey, parsePlace, parsePut, parseState, STATE_KEY } from './rows.ts';

/** Rows that are read from each end of a table. */
const PART_ROWS = 20_000;

const [folder = '', extent = 'part', file = DATA_FILE] = process.argv.slice(2);

function checkRow(table: Table, key: Uint8Array, row: Uint8Array): void {
  if (table === 'meta') return;
  if (table === 'due') {
    parseDueKey(key);
    return;
  }
  if (!parsePlace(row).deleted) parsePut('', row);
}

function walk(environment: Environment, table: Table): void {
  const limit = extent === 'all' ? Number.POSITIVE_INFINITY : PART_ROWS;
  for (const reverse of extent === 'all' ? [false] : [false, true]) {
    let before: Uint8Array | undefined;
    let rows = 0;
    for (const { key, value } of environment[table].getRange({ reverse })) {
      const order = before === undefined ? -1 : Buffer.compare(before, key);
      if (reverse ? order < 0 && before !== undefined : order >= 0) {
        throw new Error(`the rows of "${table}" are out of order`);
      }
      checkRow(table, key, value);
      before = key;
      if (++rows >= limit) break;
    }
  }
}

const environment = openEnvironment(folder, file, true);
const state = environment.meta.get(STATE_KEY);
const clusterId = environment.meta.get(CLUSTER_ID_KEY);
if (state === undefined || clusterId === undefined) throw new Error('the rows of "meta" are missing');
parseState(state);
for (const table of TABLES) walk(environment, table);
// The list of free pages is read by the first write.
environment.root.getStats();
process.exit(0);
