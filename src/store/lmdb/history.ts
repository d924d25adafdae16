import type { Commit, Entry, WatchEvent } from '../store.ts';
import { parsePlace, parsePut } from './rows.ts';
import type { View } from './view.ts';

/** An event that is stored, as a row of the history or as an entry. */
interface StoredEvent {
  readonly key: string;
  readonly revision: number;
  readonly row: Uint8Array;
  /** Absent where the row is to be read. */
  readonly entry?: Entry;
}

/**
 * The commits of a token from `fromRevision` on, at most `maxCommits`: what was superseded from the history,
 * the rest from `entries`, the token's keys in the same view.
 */
export function readHistory(
  view: View,
  token: string,
  entries: readonly Entry[],
  fromRevision: number,
  maxCommits: number,
): Commit[] {
  const byRevision = new Map<number, StoredEvent[]>();
  const add = (event: StoredEvent): void => {
    const events = byRevision.get(event.revision);
    if (events === undefined) byRevision.set(event.revision, [event]);
    else events.push(event);
  };
  for (const { revision, key, row } of view.readHistory(token, fromRevision)) {
    // The rows of one commit stand together, so the commits that were read are whole.
    if (byRevision.size >= maxCommits && !byRevision.has(revision)) break;
    add({ key, revision, row });
  }
  const current = entries
    .filter(({ modRevision }) => modRevision >= fromRevision)
    .sort((a, b) => a.modRevision - b.modRevision);
  let commits = 0;
  let last = 0;
  for (const entry of current) {
    if (entry.modRevision !== last) commits++;
    if (commits > maxCommits) break;
    last = entry.modRevision;
    const row = view.readRow(token, entry.key);
    if (row === undefined) throw new Error('an entry is not in its table');
    add({ key: entry.key, revision: entry.modRevision, row, entry });
  }
  const previous = (key: string, revision: number): Entry | undefined => {
    if (revision === 0) return undefined;
    const row = view.readHistoryRow(token, revision, key);
    return row === undefined ? undefined : parsePut(key, row);
  };
  return [...byRevision]
    .sort(([a], [b]) => a - b)
    .slice(0, maxCommits)
    .map(([revision, events]) => ({ revision, events: orderEvents(events, previous) }));
}

function orderEvents(
  events: readonly StoredEvent[],
  readPrevious: (key: string, revision: number) => Entry | undefined,
): WatchEvent[] {
  return events
    .map((event) => ({ ...event, ...parsePlace(event.row) }))
    .sort((a, b) => a.sequence - b.sequence)
    .map(({ key, row, entry, deleted, expired, previousRevision }) => {
      const previous = readPrevious(key, previousRevision);
      if (!deleted) {
        return { type: 'put', entry: entry ?? parsePut(key, row), ...(previous ? { previous } : {}) };
      }
      if (previous === undefined) throw new Error('the history lacks what was deleted');
      return { type: 'delete', key, previous, expired };
    });
}
