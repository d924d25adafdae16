import type { Fetch } from './http.ts';
import type { JoiningMember, JoinProgress } from './join.ts';
import type { RetryPolicy } from './retry.ts';

/** TLS of a connection, as texts in PEM form. In Node only: browsers have their own. */
export interface TlsFiles {
  /** The certificates that the other side's one is checked with. Default: those that Node trusts. */
  readonly ca?: string | undefined;
  /** A certificate for the other side to check, with its key. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

/** What everything that asks a service takes. */
export interface CallOptions {
  /**
   * Ends the call. Where it does so because its time is over (`AbortSignal.timeout`), the error is a `DiscoveryError`;
   * otherwise it is the reason of the signal.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long a service is asked again that does not answer, counted from its last answer.
   *
   * @default 300000
   */
  readonly retryForMs?: number | undefined;
  /** Told each time before a service is asked again. */
  readonly onRetry?: ((reason: string, delayMs: number) => void) | undefined;
  /**
   * Sends the requests of the v2 dialect. Default: in browsers their own `fetch`; in Node one connection for all
   * requests of a call, as with etcd, without the limit of Node's `fetch` of five minutes for an answer.
   */
  readonly fetch?: Fetch | undefined;
  readonly tls?: TlsFiles | undefined;
}

/** How a token is reached. */
export interface TokenOptions extends CallOptions {
  /**
   * How to speak with the service: `v2` over HTTP, as etcd up to 3.6 by `--discovery`, or `v3` over gRPC, as etcd from
   * 3.6 on by `--discovery-token`. All members of a cluster may mix them if they are given one and the same URL.
   * Browsers have `v2` only. Default: `v2` for a URL, `v3` where `endpoints` are given.
   */
  readonly dialect?: 'v2' | 'v3' | undefined;
  /**
   * Where v3 is spoken, such as `http://10.0.0.9:2379`: a discovery service, or an etcd in which somebody put the
   * cluster size. Default: the origin of the URL.
   */
  readonly endpoints?: readonly string[] | undefined;
}

/** What `join` takes. */
export interface JoinOptions extends TokenOptions, JoiningMember {
  /** The discovery URL as it was made, letter by letter: member ids are hashed with it. In v3 any token. */
  readonly url: string;
  /** Told when the member is registered, and with each one that comes. */
  readonly onProgress?: ((progress: JoinProgress) => void) | undefined;
}

const RETRY_FOR_MS = 300_000;

/** The policy in the options. */
export function retryPolicyOf({ retryForMs = RETRY_FOR_MS, onRetry = () => {} }: CallOptions): RetryPolicy {
  return { retryForMs, onRetry };
}

/** The signal in the options; where there is none, one that stays as it is. */
export function signalOf({ signal }: CallOptions): AbortSignal {
  return signal ?? new AbortController().signal;
}

/** The dialect that the options ask for. */
export function dialectOf({ dialect, endpoints }: TokenOptions): 'v2' | 'v3' {
  return dialect ?? (endpoints === undefined ? 'v2' : 'v3');
}
