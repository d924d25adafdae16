import type { LintEntry, LintReport } from '../boot-config/lint/lint.ts';
import { type Emphasis, formatIndented } from './terminal.ts';
import { printable } from './token-table.ts';

/** Who reads what a lint found. */
export interface LintReader {
  readonly width: number;
  readonly strong: Emphasis;
}

/** What was found, as compilers write it, so that editors find the lines; and a line that sums it up. */
export function formatLint(file: string, { entries, etcdVersion }: LintReport, reader: LintReader): string {
  const lines = entries.map((entry) => formatEntry(file, entry, reader));
  return `${lines.join('')}${formatSum(entries, etcdVersion)}\n`;
}

function formatEntry(file: string, entry: LintEntry, { width, strong }: LintReader): string {
  const place = entry.line === null ? file : `${file}:${entry.line}`;
  const head = `${place}: ${strong(entry.severity)}: ${printable(entry.sentence)} [${entry.id}]\n`;
  return `${head}${formatIndented(printable(entry.remedy), 4, width)}`;
}

function formatSum(entries: readonly LintEntry[], etcdVersion: string | null): string {
  const counts = (['problem', 'warning', 'note'] as const).flatMap((severity) => {
    const count = entries.filter((entry) => entry.severity === severity).length;
    return count === 0 ? [] : [`${count} ${severity}${count === 1 ? '' : 's'}`];
  });
  const version =
    etcdVersion === null ? 'without a version of etcd (give --etcd)' : `for etcd ${etcdVersion}`;
  return `${counts.length === 0 ? 'nothing found' : counts.join(', ')}, ${version}`;
}
