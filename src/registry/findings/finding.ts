/**
 * What can be said about one token, the likeliest first: of findings that weigh the same, the order in which they are
 * told. Each id has its section on docs/findings.md, and keeps its meaning for good, since programs go by it.
 */
export const FINDING_IDS = [
  'waiting',
  'reused-token',
  'duplicate-name',
  'loopback-address',
  'twin-member',
  'duplicate-url',
  'mixed-salts',
  'refused-registration',
  'expired-token',
  'revoked-token',
  'expiring-token',
  'private-and-public',
  'private-networks',
  'client-port',
  'unspecified-address',
  'bad-peer-url',
  'mixed-schemes',
  'same-machine',
  'link-local-address',
  'even-size',
  'single-member',
  'overflow-members',
  'stale-token',
  'changed-source',
  'mixed-dialects',
  'mixed-generations',
  'unreadable-member',
] as const;

export type FindingId = (typeof FINDING_IDS)[number];

/**
 * `problem`: the cluster, or a machine that was to be in it, does not come up like this. `warning`: it may not, or it
 * is weaker than it looks. `note`: as it may be, and worth knowing.
 */
export type Severity = 'problem' | 'warning' | 'note';

/** One thing to say about a token. No text of it holds a whole token. */
export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  /** What is the matter. */
  readonly sentence: string;
  /** The members and values that it follows from, one a line. */
  readonly evidence: readonly string[];
  /** What to do, as a sentence that can stand alone. */
  readonly remedy: string;
}
