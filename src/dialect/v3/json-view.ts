import { valueText } from '../../registry/value-text.ts';
import type { Entry } from '../../store/store.ts';

/** What a Range over all keys of a token answers, as JSON for people: keys and values as text. */
export function formatJsonView(
  token: string,
  entries: readonly Entry[],
  { clusterId, revision }: { readonly clusterId: string; readonly revision: number },
): string {
  const kvs = entries.map((entry) => ({
    key: `/_etcd/registry/${token}/${entry.key}`,
    create_revision: entry.createRevision,
    mod_revision: entry.modRevision,
    version: entry.version,
    value: valueText(entry),
  }));
  const header = { cluster_id: clusterId, revision, raft_term: 1 };
  return JSON.stringify({ header, kvs, count: kvs.length }, undefined, 2);
}
