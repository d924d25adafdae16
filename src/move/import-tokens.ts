import { MusterError } from '../errors.ts';
import type { Entry, Operation, Store, TokenEntries } from '../store/store.ts';

/** Tokens that are being written at a time: a store makes what comes together durable together. */
const WRITING_MAX = 256;

/** What an import came to. */
export interface ImportCounts {
  /** Tokens of which something was written. */
  readonly tokens: number;
  readonly keys: number;
  /** Keys that were left out because their time is over. */
  readonly expiredKeys: number;
}

/** @throws MusterError `not-empty` where the store has anything: two registries of one token cannot be made one. */
export async function assertEmpty(store: Store, name: string): Promise<void> {
  for await (const _ of store.tokens()) {
    throw new MusterError('not-empty', `there are tokens in ${name} already`, {
      remedy: 'Import into a new store, such as lmdb:DIR with a folder that does not exist yet.',
    });
  }
}

/**
 * Writes tokens into a store that has none of them. The order of members is that of their create revisions: what was
 * made by one commit is made by one again, the earliest first. Revisions are those of the store.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function importTokens(
  store: Store,
  source: AsyncIterable<TokenEntries>,
  now: () => number,
  onToken: (counts: ImportCounts) => void,
): Promise<ImportCounts> {
  let counts: ImportCounts = { tokens: 0, keys: 0, expiredKeys: 0 };
  let failure: { readonly error: unknown } | undefined;
  const writing = new Set<Promise<void>>();
  const begin = (each: TokenEntries): void => {
    const written = writeToken(store, each, now())
      .then((keys) => {
        counts = {
          tokens: counts.tokens + (keys > 0 ? 1 : 0),
          keys: counts.keys + keys,
          expiredKeys: counts.expiredKeys + each.entries.length - keys,
        };
        onToken(counts);
      })
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => writing.delete(written));
    writing.add(written);
  };
  try {
    for await (const each of source) {
      begin(each);
      if (writing.size >= WRITING_MAX) await Promise.race(writing);
      if (failure !== undefined) break;
    }
  } finally {
    await Promise.all(writing);
  }
  if (failure !== undefined) throw failure.error;
  return counts;
}

/** Answers how many keys were written. */
async function writeToken(store: Store, { token, entries }: TokenEntries, now: number): Promise<number> {
  const kept = entries.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
  let isFirst = true;
  for (const group of groupByCreation(kept)) {
    const isNew = isFirst;
    await store.transact(token, (range) => {
      if (isNew && range.entries.length > 0) {
        throw new MusterError('not-empty', `a token (${token.slice(0, 8)}...) is in the store already`, {
          remedy: 'See to it that nobody else writes into the store, and begin with an empty one.',
        });
      }
      return { operations: group.map(toPut), outcome: undefined };
    });
    isFirst = false;
  }
  return kept.length;
}

/** Keys that were made by one commit together, the earliest first. */
function groupByCreation(entries: readonly Entry[]): Entry[][] {
  const groups = new Map<number, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.createRevision);
    if (group === undefined) groups.set(entry.createRevision, [entry]);
    else group.push(entry);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function toPut({ key, value, expiresAt }: Entry): Operation {
  return { type: 'put', key, value, ...(expiresAt === undefined ? {} : { expiresAt }) };
}
