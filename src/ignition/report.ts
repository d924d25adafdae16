import type { Rule, Severity } from './rules.ts';
import type { Spec } from './spec.ts';

/** One thing that there is to say about a document. */
export interface Entry {
  readonly severity: Severity;
  readonly rule: Rule;
  /** What is wrong, what was expected and what to do, in one or two sentences. */
  readonly message: string;
  /** Where in the document's structure, such as `$.storage.files.0.path`. */
  readonly path: string;
  /** The line of the value, or of the key that it is about; the first is 1. */
  readonly line: number;
  /** The column, counted in characters; the first is 1. */
  readonly column: number;
}

/** What a validation found. */
export interface Report {
  /** The spec that the document names; undefined when that could not be told. */
  readonly spec: Spec | undefined;
  /** No entry is an error: Ignition takes the document. */
  readonly isValid: boolean;
  /** In the order of the document. */
  readonly entries: readonly Entry[];
  /** How many further entries there were, beyond the limit. */
  readonly omitted: number;
}
