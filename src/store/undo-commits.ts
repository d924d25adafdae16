import { compareKeys } from './key-order.ts';
import type { Commit, Entry, TokenRange } from './store.ts';

/**
 * The keys of a token as they were before some commits.
 *
 * @param range the keys as they are after them
 * @param commits the newest commits of the token, all from some revision on, in order
 */
export function undoCommits({ revision, entries }: TokenRange, commits: readonly Commit[]): TokenRange {
  const byKey = new Map(entries.map((entry) => [entry.key, entry]));
  for (const { events } of commits.toReversed()) {
    for (const event of events.toReversed()) {
      const key = event.type === 'put' ? event.entry.key : event.key;
      if (event.previous === undefined) byKey.delete(key);
      else byKey.set(key, event.previous);
    }
  }
  const earlier: Entry[] = [...byKey.values()].sort((a, b) => compareKeys(a.key, b.key));
  return { revision, entries: earlier };
}
