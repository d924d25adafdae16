import { type CreatedToken, type NewToken, requestToken } from './create-token.ts';
import { type JoinedCluster, joinRegistry } from './join.ts';
import {
  type CallOptions,
  dialectOf,
  type JoinOptions,
  retryPolicyOf,
  signalOf,
  type TokenOptions,
} from './options.ts';
import { openV2Registry } from './v2/registry.ts';
import { type TokenState, watchRegistry } from './watch-token.ts';

export * from './public.ts';

/** Makes a token. @throws DiscoveryError `refused`, `unreachable` */
export function createToken(options: NewToken & CallOptions): Promise<CreatedToken> {
  return requestToken(options, options.fetch ?? fetch, retryPolicyOf(options), signalOf(options));
}

/** Registers a member and waits until its cluster is complete. @throws DiscoveryError of any code */
export async function join(options: JoinOptions): Promise<JoinedCluster> {
  const registry = openRegistry(options.url, options);
  return joinRegistry(registry, options, signalOf(options), options.onProgress ?? (() => {}));
}

/**
 * The state of a token now, and again with each member that comes, until its cluster is complete.
 * @throws DiscoveryError of any code but `full` and `duplicate`
 */
export async function* watchToken(url: string, options: TokenOptions = {}): AsyncGenerator<TokenState> {
  yield* watchRegistry(openRegistry(url, options), signalOf(options));
}

function openRegistry(url: string, options: TokenOptions): ReturnType<typeof openV2Registry> {
  if (dialectOf(options) === 'v3')
    throw new TypeError('browsers speak the v2 dialect only: they have no gRPC');
  return openV2Registry({ url, fetch: options.fetch ?? fetch, policy: retryPolicyOf(options) });
}
