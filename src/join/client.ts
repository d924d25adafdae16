import { type CreatedToken, type NewToken, requestToken } from './create-token.ts';
import { type JoinedCluster, joinRegistry } from './join.ts';
import { fetchOf } from './node/node-fetch.ts';
import {
  type CallOptions,
  dialectOf,
  type JoinOptions,
  retryPolicyOf,
  signalOf,
  type TokenOptions,
} from './options.ts';
import type { RegistryClient } from './registry-client.ts';
import { openV2Registry } from './v2/registry.ts';
import { type TokenState, watchRegistry } from './watch-token.ts';

export * from './public.ts';

/** Makes a token. @throws DiscoveryError `refused`, `unreachable` */
export async function createToken(options: NewToken & CallOptions): Promise<CreatedToken> {
  const { fetch, close } = fetchOf(options);
  try {
    return await requestToken(options, fetch, retryPolicyOf(options), signalOf(options));
  } finally {
    close();
  }
}

/** Registers a member and waits until its cluster is complete. @throws DiscoveryError of any code */
export async function join(options: JoinOptions): Promise<JoinedCluster> {
  const registry = await openRegistry(options.url, options);
  try {
    return await joinRegistry(registry, options, signalOf(options), options.onProgress ?? (() => {}));
  } finally {
    registry.close();
  }
}

/**
 * The state of a token now, and again with each member that comes, until its cluster is complete.
 * @throws DiscoveryError of any code but `full` and `duplicate`
 */
export async function* watchToken(url: string, options: TokenOptions = {}): AsyncGenerator<TokenState> {
  const registry = await openRegistry(url, options);
  try {
    yield* watchRegistry(registry, signalOf(options));
  } finally {
    registry.close();
  }
}

async function openRegistry(url: string, options: TokenOptions): Promise<RegistryClient> {
  const policy = retryPolicyOf(options);
  if (dialectOf(options) === 'v3') {
    // Whoever speaks v2 does not load the messages of gRPC.
    const { openV3Registry } = await import('./v3/registry.ts');
    return openV3Registry({ token: url, endpoints: options.endpoints, tls: options.tls ?? {}, policy });
  }
  const { fetch, close } = fetchOf(options);
  const registry = openV2Registry({ url, fetch, policy });
  return Object.assign(registry, { close });
}
