import type { RegisteredMember } from './discovered-member.ts';
import type { RetryPolicy } from './retry.ts';

/** The members of a registry in the order of their arrival, with the revision at which they were read. */
export interface MemberList {
  readonly members: readonly RegisteredMember[];
  readonly revision: number;
}

/**
 * One token, as a machine sees it over a dialect. Every call but a watch asks again while the service does not
 * answer, and throws a `DiscoveryError` of the code `unreachable` when that takes too long. All throw the reason of
 * their signal.
 */
export interface RegistryClient {
  readonly policy: RetryPolicy;
  /** What member ids are hashed with, which is the `--initial-cluster-token` of the cluster too. */
  readonly salt: string;
  /** @throws DiscoveryError `unknown`, `expired`, `refused` */
  readSize(signal: AbortSignal): Promise<number>;
  list(signal: AbortSignal): Promise<MemberList>;
  /**
   * Registers a member. A lost answer is no failure: the same registration again is the same member.
   *
   * @throws DiscoveryError `duplicate`, `refused`, `unknown`, `expired`
   */
  register(memberId: string, value: string, signal: AbortSignal): Promise<void>;
  /**
   * Every member that arrives at a revision or later, in order. It may announce one twice.
   *
   * @throws Unanswered where it was interrupted, or the service does not remember that far back: list again
   */
  watch(fromRevision: number, signal: AbortSignal): AsyncIterable<RegisteredMember>;
  /** Lets go of connections. */
  close(): void;
}
