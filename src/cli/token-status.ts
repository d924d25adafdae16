import { formatSpan } from '../registry/findings/wording.ts';
import type { Finding } from '../registry/findings.ts';
import type { TokenReport } from '../registry/token-report.ts';
import { type Emphasis, formatIndented } from './terminal.ts';
import { formatMembers, printable } from './token-table.ts';

/** Told apart by the word, and by the sign before it, without any colour. */
export const SIGNS: Readonly<Record<Finding['severity'], string>> = {
  problem: '!!',
  warning: ' !',
  note: ' -',
};

/** Where a text goes. */
export interface StatusReader {
  readonly width: number;
  readonly strong: Emphasis;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** All that a person wants to know of a token: how it stands, who is there, what is the matter. */
export function formatStatus(report: TokenReport, reader: StatusReader): string {
  const { strong } = reader;
  const parts = [`${strong(formatState(report))}  ${formatTimes(report, reader.now)}\n`];
  if (report.members.length > 0 || report.state === 'open') parts.push(`${formatMembers(report)}\n`);
  parts.push(...report.findings.map((finding) => formatFinding(finding, reader)));
  return parts.join('\n');
}

/** One line: `open: 2 of 3 members are here`. */
export function formatState({ state, size, missing }: TokenReport): string {
  const here = `${size - missing} of ${size} ${size === 1 ? 'member' : 'members'}`;
  return `${state}: ${here} ${size - missing === 1 ? 'is' : 'are'} here`;
}

function formatTimes(
  { createdAt, expiresAt, completedAt, revokedAt, state }: TokenReport,
  now: number,
): string {
  const ago = (time: string): string => `${formatSpan(now - Date.parse(time))} ago`;
  const texts = [`made ${ago(createdAt)}`];
  if (completedAt !== null) texts.push(`complete for ${formatSpan(now - Date.parse(completedAt))}`);
  if (revokedAt !== null) texts.push(`revoked ${ago(revokedAt)}`);
  else if (state === 'expired') texts.push(`expired ${ago(expiresAt)}`);
  else texts.push(`expires in ${formatSpan(Date.parse(expiresAt) - now)}`);
  return texts.join(', ');
}

/** What is the matter, with its evidence and what to do. @param finding a finding of the registry, or one of its form */
export function formatFinding(
  { id, severity, sentence, evidence, remedy }: Omit<Finding, 'id'> & { readonly id: string },
  reader: Omit<StatusReader, 'now'>,
): string {
  const { width, strong } = reader;
  const head = formatIndented(`${severity}: ${printable(sentence)} [${id}]`, 3, width).trimStart();
  const lines = evidence.map((line) => formatIndented(printable(line), 5, width));
  return `${strong(SIGNS[severity])} ${head}${lines.join('')}${formatIndented(`-> ${printable(remedy)}`, 3, width)}`;
}
