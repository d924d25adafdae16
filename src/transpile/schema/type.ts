import type { Target } from '../profiles.ts';
import type { Report } from '../report.ts';
import type { ContentNode, YamlNode } from '../yaml/nodes.ts';
import type { Place } from './place.ts';

/** What is checked once everything is read. */
export interface CheckContext extends Target {
  readonly report: Report;
}

/** What a field may hold: how it is read, and how what was read is checked. */
export interface Type<T> {
  /** How an error names it: `int`, `[]types.Disk`. */
  readonly name: string;
  /** Whether `check` never has anything to say, as for a bare number. */
  readonly isUnchecked: boolean;
  zero(): T;
  /** Reads a node over a value that an earlier key or a merge left there. */
  read(node: ContentNode, current: T, reading: Reading): T;
  check(value: T, place: Place, context: CheckContext): void;
}

/** The reading of one document. */
export interface Reading extends Target {
  /** How much of what was read so far did not fit. */
  readonly problemCount: number;
  /** Reads a node, also behind an alias, over the value that is there already. */
  read<T>(type: Type<T>, node: YamlNode, current: T): T;
  /** What an alias means at last; undefined where that is not known. */
  resolve(node: YamlNode): ContentNode | undefined;
  /** Notes that a node does not fit a type. @param tag what it looks like */
  misfit(node: ContentNode, tag: string, typeName: string): void;
}
