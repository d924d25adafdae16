import type { Severity } from '../../registry/findings.ts';

/** A line of etcd's log that says something about discovery, or about what comes of it. */
export interface KnownLine {
  /** Stable: programs go by it. */
  readonly id: string;
  /** The versions of etcd that print it. */
  readonly versions: string;
  /** What it looks like behind time, level and package, with the fields of zap as `key=value`. */
  readonly pattern: RegExp;
  /** `step`: a step on the way to a cluster, which is as it should be. */
  readonly severity: Severity | 'step';
  /** What it means, as one sentence. */
  readonly meaning: string | ((match: RegExpExecArray) => string);
  /** What to do; a step needs nothing. */
  readonly remedy?: string | ((match: RegExpExecArray) => string);
  /** Later lines by which it is over. */
  readonly settledBy?: readonly string[];
  /** Every start says so for a moment: it is not told where it is over. */
  readonly isPassing?: boolean;
  /** Lines that it only follows from, where the log has one of them. */
  readonly followsFrom?: readonly string[];
}
