import type { Cause } from './cause.ts';
import type { Facts } from './facts.ts';

/** One thing that is looked at. It is a pure function of what was found out, so that it can be tried without a network. */
export interface Check {
  /** Stable: programs go by it. */
  readonly id: string;
  /** What is so where it finds nothing, as a sentence. */
  readonly proves: string;
  /** The causes that it finds; `skipped` where there was nothing to look at. */
  readonly run: (facts: Facts) => readonly Cause[] | 'skipped';
}
