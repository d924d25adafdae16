import { create } from '@bufbuild/protobuf';
import { type GrpcClient, openGrpcClient } from '../../grpc/client.ts';
import { RANGE } from '../../grpc/etcd-methods.ts';
import type { KeyValue } from '../../proto/kv_pb.ts';
import { RangeRequestSchema, type RangeResponse } from '../../proto/rpc_pb.ts';
import type { FoundKey, FoundRegistry } from './found-registry.ts';
import { unreadable } from './v2-source.ts';

const PREFIX = '/_etcd/registry/';
/** The first key behind all that begin with the prefix. */
const PREFIX_END = '/_etcd/registry0';
const TIMEOUT_MS = 30_000;
/** Keys of one answer: at some 4 KiB each well below what a message may have. */
const PAGE_KEYS = 200;

/**
 * What etcd >= 3.6 members and their operators keep: `<token>/_config/size` and `<token>/members/<id>`, all as of one
 * revision, in the byte order of `<token>/`.
 */
export async function* readV3Registries(etcd: string, now: () => number): AsyncGenerator<FoundRegistry> {
  const client = openGrpcClient(etcd);
  try {
    let token: string | undefined;
    let keys: KeyValue[] = [];
    for await (const kv of readKeys(client, etcd)) {
      const next = tokenOf(kv);
      if (token !== undefined && next !== token) {
        yield await toRegistry(etcd, token, keys, now);
        keys = [];
      }
      token = next;
      keys.push(kv);
    }
    if (token !== undefined) yield await toRegistry(etcd, token, keys, now);
  } finally {
    client.close();
  }
}

/** All keys below the prefix, page by page. */
async function* readKeys(client: GrpcClient, etcd: string): AsyncGenerator<KeyValue> {
  const { signal } = new AbortController();
  const rangeEnd = Buffer.from(PREFIX_END);
  let key: Buffer = Buffer.from(PREFIX);
  let revision = 0n;
  for (;;) {
    const request = create(RangeRequestSchema, { key, rangeEnd, limit: BigInt(PAGE_KEYS), revision });
    let page: RangeResponse;
    try {
      page = await client.unary(RANGE, request, { timeoutMs: TIMEOUT_MS, signal });
    } catch (error) {
      throw unreadable(etcd, error instanceof Error ? error.message : String(error), error);
    }
    yield* page.kvs;
    const last = page.kvs.at(-1);
    if (!page.more || last === undefined) return;
    key = Buffer.concat([last.key, Buffer.of(0)]);
    revision = page.header?.revision ?? 0n;
  }
}

/** What stands behind the prefix. */
function restOf({ key }: KeyValue): string {
  return Buffer.from(key).toString('utf8', PREFIX.length);
}

function tokenOf(kv: KeyValue): string {
  return restOf(kv).split('/', 1)[0] ?? '';
}

async function toRegistry(
  etcd: string,
  token: string,
  kvs: readonly KeyValue[],
  now: () => number,
): Promise<FoundRegistry> {
  let size: FoundKey | undefined;
  let state: FoundKey | undefined;
  const members: (FoundKey & { id: string })[] = [];
  for (const kv of kvs) {
    const name = restOf(kv).slice(token.length + 1);
    const id = /^members\/([^/]+)$/.exec(name)?.[1];
    if (id === undefined && name !== '_config/size' && name !== '_state') continue;
    const found = await toKey(etcd, kv, now);
    if (id !== undefined) members.push({ ...found, id });
    else if (name === '_state') state = found;
    else size = found;
  }
  return { token, dialect: 'v3', size, state, members };
}

async function toKey(etcd: string, kv: KeyValue, now: () => number): Promise<FoundKey> {
  const seconds = kv.lease === 0n ? undefined : await leaseSeconds(etcd, kv.lease);
  const end = seconds === undefined ? {} : { expiresAt: now() + seconds * 1000 };
  return { value: kv.value, createdAt: Number(kv.createRevision), ...end };
}

/** How long a lease has still to go, by etcd's JSON gateway; none where it is over by now. */
async function leaseSeconds(etcd: string, lease: bigint): Promise<number> {
  let text: string;
  try {
    const response = await fetch(`${etcd}/v3/lease/timetolive`, {
      method: 'POST',
      body: JSON.stringify({ ID: String(lease) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
    const { TTL } = JSON.parse(text) as { TTL?: string };
    return Math.max(Number(TTL ?? 0), 0);
  } catch (error) {
    throw unreadable(etcd, `the lease of a key: ${error instanceof Error ? error.message : error}`, error);
  }
}
