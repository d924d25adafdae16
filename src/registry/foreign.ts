import type { Commit, WatchEvent } from '../store/store.ts';
import { parseMemberKey, RECORD_KEY, STATE_KEY } from './keys.ts';

/**
 * What something else than Muster did to a token, in a store that others can write to. `added`: a new member, as etcd
 * members do that are pointed at the store itself. The others are what no member does: `overwritten` and `removed`
 * take back what waiting members were shown, `unknown` is about keys that are none of theirs.
 */
export interface ForeignWrite {
  readonly kind: 'added' | 'overwritten' | 'removed' | 'unknown';
  readonly key: string;
}

/** Whether a change reaches those who wait: a new member, and the end of what was over. */
function isAdmitted(event: WatchEvent): boolean {
  if (event.type === 'delete') return event.expired;
  const { key } = event.entry;
  return event.previous === undefined && (parseMemberKey(key) !== undefined || key === STATE_KEY);
}

/**
 * A commit as far as it reaches those who wait. What they were shown is never taken back under them, whoever writes to
 * the store beside Muster, and they are not shown again what only lives longer.
 */
export function admitCommit(commit: Commit): Commit {
  if (commit.isForeign === true) return { ...commit, events: commit.events.filter(isAdmitted) };
  return isExtension(commit)
    ? { ...commit, events: commit.events.filter((event) => !isKept(event)) }
    : commit;
}

/** A commit that gives keys the end of their token writes its record too, which no registration does. */
function isExtension({ events }: Commit): boolean {
  return events.some(
    (event) => event.type === 'put' && event.entry.key === RECORD_KEY && event.previous !== undefined,
  );
}

function isKept(event: WatchEvent): boolean {
  if (event.type !== 'put' || event.previous === undefined) return false;
  return Buffer.compare(event.entry.value, event.previous.value) === 0;
}

/** What there is to say about a commit that Muster did not make. */
export function describeForeign({ events }: Commit): ForeignWrite[] {
  return events.flatMap((event): ForeignWrite[] => {
    if (event.type === 'delete') return event.expired ? [] : [{ kind: 'removed', key: event.key }];
    const { key } = event.entry;
    if (event.previous !== undefined) return [{ kind: 'overwritten', key }];
    return [{ kind: isAdmitted(event) ? 'added' : 'unknown', key }];
  });
}
