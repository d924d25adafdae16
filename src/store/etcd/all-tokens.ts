import { create } from '@bufbuild/protobuf';
import { RANGE } from '../../grpc/etcd-methods.ts';
import { RangeRequestSchema } from '../../proto/rpc_pb.ts';
import type { Entry, TokenEntries } from '../store.ts';
import type { EtcdClient } from './etcd-client.ts';
import { COMMIT_KEY, type Layout, toEntries, toEntry } from './layout.ts';

const PAGE_KEYS = 1000;
const PAGE_MS = 30_000;

/**
 * Every token that has keys, page by page. A page may end within a token: the rest of its keys is read as of the same
 * revision, and the next page goes on behind the token.
 *
 * @param assertOpen called before each step
 */
export async function* readAllTokens(
  client: EtcdClient,
  layout: Layout,
  assertOpen: () => void,
): AsyncGenerator<TokenEntries, void, undefined> {
  const { rangeEnd } = layout.registries;
  let { key } = layout.registries;
  for (;;) {
    assertOpen();
    const request = create(RangeRequestSchema, { key, rangeEnd, limit: BigInt(PAGE_KEYS) });
    const call = { deadline: performance.now() + PAGE_MS, attemptMs: PAGE_MS };
    const { header, kvs, more } = await client.read(RANGE, request, call);
    const last = kvs.at(-1);
    const lastToken = last === undefined ? undefined : layout.parse(last.key)?.token;
    let token: string | undefined;
    let entries: Entry[] = [];
    for (const kv of kvs) {
      const place = layout.parse(kv.key);
      if (place === undefined) continue;
      if (place.token !== token) {
        if (token !== undefined && entries.length > 0) yield { token, entries };
        assertOpen();
        token = place.token;
        entries = [];
      }
      if (place.key !== COMMIT_KEY) entries.push(toEntry(place.key, kv));
    }
    if (!more || last === undefined || lastToken === undefined) {
      if (token !== undefined && entries.length > 0) yield { token, entries };
      return;
    }
    // The token that the page ends in is read whole, as of the page.
    const whole = create(RangeRequestSchema, {
      ...layout.keysOf(lastToken),
      revision: header?.revision ?? 0n,
    });
    const rest = await client.read(RANGE, whole, call);
    const all = toEntries(layout, rest.kvs);
    if (all.length > 0) yield { token: lastToken, entries: all };
    key = layout.keysOf(lastToken).rangeEnd;
  }
}
