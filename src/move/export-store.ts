import type { Store } from '../store/store.ts';
import { type ExportCounts, formatEnd, formatHeader, formatToken } from './export-format.ts';

/**
 * The lines of an export of all that a store has, made as they are asked for.
 *
 * @param now milliseconds since the Unix epoch
 * @param onToken told how much there was so far, after each token
 */
export async function* exportStore(
  store: Store,
  now: number,
  onToken: (counts: ExportCounts) => void,
): AsyncGenerator<string> {
  const { kind } = await store.stats();
  const { clusterId, revision } = store;
  yield formatHeader({ exportedAt: new Date(now).toISOString(), store: kind, clusterId, revision });
  let tokens = 0;
  let keys = 0;
  for await (const each of store.tokens()) {
    tokens++;
    keys += each.entries.length;
    yield formatToken(each);
    onToken({ tokens, keys });
  }
  yield formatEnd({ tokens, keys });
}
