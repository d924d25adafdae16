/** What both forms of the client show beside its functions. */
export type { CreatedToken, NewToken } from './create-token.ts';
export type { DiscoveredMember } from './discovered-member.ts';
export {
  DiscoveryError,
  type DiscoveryErrorCode,
  type DiscoveryErrorDetails,
  isDiscoveryError,
} from './discovery-error.ts';
export type { Fetch, FetchAnswer, FetchInit } from './http.ts';
export type { JoinedCluster, JoiningMember, JoinProgress } from './join.ts';
export type { CallOptions, JoinOptions, TlsFiles, TokenOptions } from './options.ts';
export type { TokenState } from './watch-token.ts';
