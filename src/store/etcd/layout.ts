import type { KeyValue } from '../../proto/kv_pb.ts';
import type { Entry } from '../store.ts';
import { expiryOf } from './lease-ids.ts';

const REGISTRIES = '/_etcd/registry/';
const TOKENS = '/_etcd/muster/tokens/';
const LIVE = '/_etcd/muster/live/';

/**
 * A key below a token that the store keeps for itself: every commit of Muster to the token writes it. Its revision tells
 * whether anything was committed since (also removals, which leave nothing else behind), its value which commit it was.
 */
export const COMMIT_KEY = '_config/commit';

/** A range of etcd: from `key` up to, but not with, `rangeEnd`. */
export interface KeyRange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
}

/** Where things are in etcd. */
export class Layout {
  readonly #prefix: string;
  readonly #registriesLength: number;
  /** All keys of all tokens. */
  readonly registries: KeyRange;
  /** One key for each token of which anything is kept. */
  readonly tokens: KeyRange;
  /** One key for each token that has its size. */
  readonly live: KeyRange;

  /** @param prefix stands before every key, so that an etcd can be shared; empty where etcd members read along */
  constructor(prefix: string) {
    this.#prefix = prefix;
    this.#registriesLength = Buffer.byteLength(prefix + REGISTRIES);
    this.registries = rangeOf(prefix + REGISTRIES);
    this.tokens = rangeOf(prefix + TOKENS);
    this.live = rangeOf(prefix + LIVE);
  }

  keysOf(token: string): KeyRange {
    return rangeOf(`${this.#prefix}${REGISTRIES}${token}/`);
  }

  key(token: string, key: string): Uint8Array {
    return Buffer.from(`${this.#prefix}${REGISTRIES}${token}/${key}`);
  }

  tokenKey(token: string): Uint8Array {
    return Buffer.from(`${this.#prefix}${TOKENS}${token}`);
  }

  liveKey(token: string): Uint8Array {
    return Buffer.from(`${this.#prefix}${LIVE}${token}`);
  }

  /** The token and the key below it; undefined for a key below no token, which somebody else wrote. */
  parse(key: Uint8Array): { token: string; key: string } | undefined {
    const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString('utf8', this.#registriesLength);
    const slash = text.indexOf('/');
    return slash <= 0 ? undefined : { token: text.slice(0, slash), key: text.slice(slash + 1) };
  }
}

/** All keys that begin with a text. */
function rangeOf(prefix: string): KeyRange {
  const key = Buffer.from(prefix);
  const rangeEnd = Buffer.from(key);
  // Prefixes end in a slash, which has a successor.
  rangeEnd[rangeEnd.length - 1] = (rangeEnd.at(-1) ?? 0) + 1;
  return { key, rangeEnd };
}

/** An entry of the store from what etcd holds. */
export function toEntry(key: string, kv: KeyValue): Entry {
  const expiresAt = expiryOf(kv.lease);
  return Object.freeze({
    key,
    value: new Uint8Array(kv.value),
    createRevision: Number(kv.createRevision),
    modRevision: Number(kv.modRevision),
    version: Number(kv.version),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

/** The entries of what etcd holds of one token, but for the key that the store keeps for itself. */
export function toEntries(layout: Layout, kvs: readonly KeyValue[]): Entry[] {
  return kvs.flatMap((kv) => {
    const key = layout.parse(kv.key)?.key;
    return key === undefined || key === COMMIT_KEY ? [] : [toEntry(key, kv)];
  });
}
