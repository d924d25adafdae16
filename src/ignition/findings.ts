import { LIMITS } from '../limits.ts';
import type { JsonNode } from './json/node.ts';
import { formatPath, locate, type Path, positionsOf } from './places.ts';
import type { Report } from './report.ts';
import { RULES, type Rule } from './rules.ts';
import type { Spec } from './spec.ts';

interface Finding {
  readonly rule: Rule;
  readonly message: string;
  readonly path: Path;
  readonly offset: number;
}

/** Collects what there is to say about one document. */
export class Findings {
  readonly #text: string;
  readonly #root: JsonNode | undefined;
  readonly #found: Finding[] = [];
  #omitted = 0;
  #errors = 0;

  /** @param root the document, for the places of values; undefined where the text is none */
  constructor(text: string, root?: JsonNode) {
    this.#text = text;
    this.#root = root;
  }

  /** Whether the document is refused already. */
  get hasErrors(): boolean {
    return this.#errors > 0;
  }

  /** Whether further entries are only counted. */
  get isFull(): boolean {
    return this.#found.length >= LIMITS.reportEntriesMax;
  }

  /** Adds an entry. @param offset its place, where that is not the value at the path: a key, a point in the text */
  add(rule: Rule, path: Path, message: string, offset?: number): void {
    if (RULES[rule] === 'error') this.#errors++;
    if (this.isFull) {
      this.#omitted++;
      return;
    }
    const place = offset ?? (this.#root === undefined ? 0 : locate(this.#root, path));
    this.#found.push({ rule, message, path, offset: place });
  }

  /** Adds those entries of another collection that are errors. */
  addErrorsOf(other: Findings): void {
    for (const { rule, path, message, offset } of other.#found) {
      if (RULES[rule] === 'error') this.add(rule, path, message, offset);
    }
  }

  /** The report, in the order of the document. */
  toReport(spec: Spec | undefined): Report {
    const sorted = this.#found.toSorted((a, b) => a.offset - b.offset);
    const positions = positionsOf(
      this.#text,
      sorted.map(({ offset }) => offset),
    );
    return {
      spec,
      isValid: this.#errors === 0,
      entries: sorted.map(({ rule, message, path }, index) => ({
        severity: RULES[rule],
        rule,
        message,
        path: formatPath(path),
        line: positions[index]?.line ?? 1,
        column: positions[index]?.column ?? 1,
      })),
      omitted: this.#omitted,
    };
  }
}
