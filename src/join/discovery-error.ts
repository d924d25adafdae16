import type { DiscoveredMember } from './discovered-member.ts';

/** How joining or watching a cluster can end without it. The list is closed. */
export type DiscoveryErrorCode =
  /** Other members have all the places; `members` says which. */
  | 'full'
  /** There is no such token at this address. */
  | 'unknown'
  /** The token's life is over, or it was revoked. */
  | 'expired'
  /** Another machine has this member's identity, its name or one of its peer URLs. */
  | 'duplicate'
  /** The service does not take this request; `message` has its sentence and `remedy` what to do. */
  | 'refused'
  /** The signal ran out of time (`AbortSignal.timeout`) while the cluster was not complete; `members` came. */
  | 'timed-out'
  /** Nobody answers at this address, or only with errors. */
  | 'unreachable';

/** What is known beside the message. */
export interface DiscoveryErrorDetails {
  /** What to do about it, as one sentence that can stand alone. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
  readonly members?: readonly DiscoveredMember[];
}

/** The one error class of the client. Anything else that it throws is an abort's reason or a wrong argument. */
export class DiscoveryError extends Error {
  override readonly name = 'DiscoveryError';
  readonly code: DiscoveryErrorCode;
  /** What to do about it, as one sentence, where that is known. */
  readonly remedy: string | undefined;
  /** The members that were there, where they matter. */
  readonly members: readonly DiscoveredMember[];

  constructor(code: DiscoveryErrorCode, message: string, details: DiscoveryErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = details.remedy;
    this.members = details.members ?? [];
  }
}

/** Whether a caught value is a `DiscoveryError`, of one of the given codes where any are named. */
export function isDiscoveryError(error: unknown, ...codes: DiscoveryErrorCode[]): error is DiscoveryError {
  return error instanceof DiscoveryError && (codes.length === 0 || codes.includes(error.code));
}
