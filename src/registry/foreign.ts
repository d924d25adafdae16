import type { Commit, WatchEvent } from '../store/store.ts';
import { parseMemberKey, RECORD_KEY, STATE_KEY } from './keys.ts';
import { parseMemberValue } from './member-value.ts';
import { valueText } from './value-text.ts';

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
  const { events, isForeign } = commit;
  if (isForeign === true) return { ...commit, events: events.filter(isAdmitted) };
  // A commit that gives keys a later end writes the record of their token too, which no registration does.
  if (events.some(isRecordAgain))
    return { ...commit, events: events.filter(({ type }) => type === 'delete') };
  return events.some(isRewritten)
    ? { ...commit, events: events.filter((event) => !isRewritten(event)) }
    : commit;
}

function isRecordAgain(event: WatchEvent): boolean {
  return event.type === 'put' && event.entry.key === RECORD_KEY && event.previous !== undefined;
}

/**
 * Whether a member that is there was written again. Its value cannot change (rule 5), so it only lives longer; those of
 * etcd 0.4 are written as often as their machines like, and readers are told.
 */
function isRewritten(event: WatchEvent): boolean {
  if (event.type !== 'put' || event.previous === undefined) return false;
  if (parseMemberKey(event.entry.key) === undefined) return false;
  return parseMemberValue(valueText(event.entry))?.form === 'named';
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
