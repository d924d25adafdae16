import type { Mark } from './yaml/nodes.ts';

/** How grave an entry is. An `error` keeps the document from being written. */
export type Severity = 'error' | 'warning' | 'info' | 'deprecated';

/** What is to be said about a value, before it is known where that stands. */
export interface Finding {
  readonly severity: Severity;
  readonly message: string;
}

/** One thing that is to be said about a document. */
export interface ReportEntry extends Finding {
  /** Counts from 1; there is none where the entry is about no one place. */
  readonly line?: number;
  /** Counts characters, from 1. */
  readonly column?: number;
}

/** Findings of one check; most have none. */
export type Findings = readonly Finding[];

/** Nothing to say. */
export const NO_FINDINGS: Findings = [];

/** What keeps a document from being written. */
export function error(message: string): Findings {
  return [{ severity: 'error', message }];
}

/** What may be a mistake. */
export function warning(message: string): Findings {
  return [{ severity: 'warning', message }];
}

/** An error where something does not hold. */
export function errorUnless(isFine: boolean, message: string): Findings {
  return isFine ? NO_FINDINGS : error(message);
}

/** Whether any of them keeps a document from being written. */
export function hasError(findings: Findings): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

/** Collects entries in the order in which they are found. */
export class Report {
  readonly entries: ReportEntry[] = [];

  add(findings: Findings, at: Mark | undefined): void {
    for (const { severity, message } of findings) {
      const place = at === undefined ? {} : { line: at.line + 1, column: at.column + 1 };
      this.entries.push({ severity, message, ...place });
    }
  }
}

/** Entries as `ct` prints them, each with a newline behind it. */
export function formatReport(entries: readonly ReportEntry[]): string {
  return entries
    .map(({ severity, message, line, column }) =>
      line === undefined
        ? `${severity}: ${message}\n`
        : `${severity} at line ${line}, column ${column}\n${message}\n`,
    )
    .join('');
}
