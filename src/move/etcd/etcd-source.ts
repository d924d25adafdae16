import { type FoundToken, toTokenEntries } from './found-registry.ts';
import { listV2Tokens, readV2Registries } from './v2-source.ts';
import { readV3Registries } from './v3-source.ts';

/** Where registries are taken from, and how. */
export interface EtcdSourceOptions {
  /** A client URL, such as `http://127.0.0.1:2379`. */
  readonly etcd: string;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** How long a token lives whose end etcd does not know. */
  readonly ttlSeconds: number;
}

/** The registries of an etcd. */
export interface EtcdSource {
  /** Whether it serves the v2 API; where it does not, what the Go discovery server wrote cannot be read. */
  readonly hasV2: boolean;
  tokens(): AsyncGenerator<FoundToken>;
}

/** Asks an etcd what it has. @throws MusterError `store-unavailable` */
export async function openEtcdSource({ etcd, now, ttlSeconds }: EtcdSourceOptions): Promise<EtcdSource> {
  const v2Tokens = await listV2Tokens(etcd);
  return {
    hasV2: v2Tokens !== undefined,
    async *tokens() {
      for await (const found of readV2Registries(etcd, v2Tokens ?? [])) {
        yield toTokenEntries(found, now(), ttlSeconds);
      }
      const taken = new Set(v2Tokens);
      for await (const found of readV3Registries(etcd, now)) {
        const { token } = found;
        // Which of two members was there first cannot be known over two layouts.
        if (taken.has(token))
          yield { token, reason: 'keys in both layouts, of which those of v2 were taken' };
        else yield toTokenEntries(found, now(), ttlSeconds);
      }
    },
  };
}
