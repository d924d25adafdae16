import { MusterError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { compareKeys } from './key-order.ts';
import { type Commit, type Entry, HISTORY_ANCHOR_KEY, type Operation, type WatchEvent } from './store.ts';

/** The keys of a token that has none: one object, so that it also serves as "unchanged". */
export const NO_ENTRIES: readonly Entry[] = Object.freeze([]);

/** What a commit makes of the keys of its token. */
export interface Applied {
  readonly entries: readonly Entry[];
  /** Empty when nothing changed: the operations were none, or deleted absent keys only. */
  readonly events: readonly WatchEvent[];
}

/** Where `key` is in `entries`, or the complement (`~`) of where it would be. */
export function findEntry(entries: readonly Entry[], key: string): number {
  let low = 0;
  let high = entries.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareKeys((entries[middle] as Entry).key, key);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return ~low;
}

/** Throws `unknown-token` for what no store could keep apart from the keys below a token. */
export function assertToken(token: string): void {
  if (token === '' || token.includes('/')) {
    throw new MusterError('unknown-token', 'a token is not empty and has no slash in it');
  }
}

/**
 * Throws `limit-exceeded` for a key that is too long, and a `TypeError` for what only a mistake in the
 * program can bring: a key that stands twice, a key that is not Unicode, a time that is not a whole number.
 */
export function assertOperations(token: string, operations: readonly Operation[]): void {
  const keys = new Set<string>();
  for (const operation of operations) {
    const { key } = operation;
    if (Buffer.byteLength(token) + 1 + Buffer.byteLength(key) > LIMITS.storeKeyMaxBytes) {
      throw new MusterError('limit-exceeded', `the key is longer than ${LIMITS.storeKeyMaxBytes} bytes`, {
        remedy: 'Use a shorter key.',
      });
    }
    if (/\p{Surrogate}/u.test(key)) throw new TypeError('a key is not well-formed Unicode');
    if (keys.has(key)) throw new TypeError(`a key may stand in one operation of a commit only: ${key}`);
    keys.add(key);
    if (operation.type === 'put' && operation.expiresAt !== undefined) {
      if (!Number.isSafeInteger(operation.expiresAt) || operation.expiresAt < 0) {
        throw new TypeError(`expiresAt is not a whole number of milliseconds: ${operation.expiresAt}`);
      }
    }
  }
}

/**
 * Applies the operations of one commit to the keys of its token. `entries` is in the order of `compareKeys`
 * and stays as it is; the result shares every unchanged entry with it, and the array where nothing changed.
 */
export function applyOperations(
  entries: readonly Entry[],
  operations: readonly Operation[],
  revision: number,
  expired: boolean,
): Applied {
  const next = entries.slice();
  const events: WatchEvent[] = [];
  for (const operation of operations) {
    const { key } = operation;
    const place = findEntry(next, key);
    const previous = place < 0 ? undefined : next[place];
    if (operation.type === 'delete') {
      if (previous === undefined) continue;
      next.splice(place, 1);
      events.push({ type: 'delete', key, previous, expired });
      continue;
    }
    const entry: Entry = Object.freeze({
      key,
      // A copy, so that what the caller does to its bytes later cannot change what was stored.
      value: new Uint8Array(operation.value),
      createRevision: previous?.createRevision ?? revision,
      modRevision: revision,
      version: (previous?.version ?? 0) + 1,
      ...(operation.expiresAt === undefined ? {} : { expiresAt: operation.expiresAt }),
    });
    if (previous === undefined) {
      next.splice(~place, 0, entry);
      events.push({ type: 'put', entry });
    } else {
      next[place] = entry;
      events.push({ type: 'put', entry, previous });
    }
  }
  if (events.length === 0) return { entries, events };
  return { entries: next.length === 0 ? NO_ENTRIES : Object.freeze(next), events };
}

/** The operations that remove every key whose time is over. */
export function expireOperations(entries: readonly Entry[], now: number): Operation[] {
  return entries
    .filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)
    .map(({ key }) => ({ type: 'delete', key }));
}

/** What a commit means for its token: it began, it ended (by its time or not), or neither. */
export function tokenChangeOf({ events }: Commit): 'began' | 'ended' | 'expired' | undefined {
  for (const event of events) {
    if (event.type === 'put' && event.entry.key === HISTORY_ANCHOR_KEY && event.entry.version === 1)
      return 'began';
    if (event.type === 'delete' && event.key === HISTORY_ANCHOR_KEY)
      return event.expired ? 'expired' : 'ended';
  }
  return undefined;
}

/** How many tokens there are more after such a change. */
export function tokenCountChange(change: ReturnType<typeof tokenChangeOf>): number {
  if (change === undefined) return 0;
  return change === 'began' ? 1 : -1;
}
