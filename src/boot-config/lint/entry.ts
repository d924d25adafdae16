import type { Severity } from '../../registry/findings/finding.ts';

/**
 * What a lint can say of a configuration, in the order of docs/boot-config.md. Each id has its section there, and keeps
 * its meaning for good, since programs go by it.
 */
export const LINT_IDS = [
  'no-discovery',
  'v2-discovery-gone',
  'v2-discovery-ends',
  'v3-discovery-too-new',
  'flat-discovery-keys',
  'both-dialects',
  'token-without-endpoints',
  'endpoints-without-token',
  'cluster-beside-discovery',
  'existing-beside-discovery',
  'proxy-fallback-gone',
  'set-twice',
  'ignored-beside-file',
  'default-name',
  'loopback-advertised',
  'unspecified-advertised',
  'client-urls-missing',
  'token-form',
  'several-tokens',
  'public-service',
  'scheme-differs',
  'tls-over-http',
  'tls-of-v3-only',
  'token-unknown',
  'token-expired',
  'token-revoked',
  'token-complete',
  'size-differs',
] as const;

export type LintId = (typeof LINT_IDS)[number];

/** One thing to say of a configuration. No text of it holds a whole token. */
export interface LintEntry {
  readonly id: LintId;
  /** `problem`: etcd does not start, or not in the cluster that was meant. `warning`: it may not. */
  readonly severity: Severity;
  /** From 1; null where it is about what is not there. */
  readonly line: number | null;
  readonly sentence: string;
  /** What to do, as a sentence that can stand alone. */
  readonly remedy: string;
}
