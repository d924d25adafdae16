import type { MemberReport, TokenReport } from '../registry/token-report.ts';

/** What others registered, for a terminal, which would obey what it holds. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}

/** JSON that is the same to whoever parses it, and that no terminal obeys. */
export function formatJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Rows with their columns below each other; the last one may be as wide as it is. */
export function formatRows(rows: ReadonlyArray<readonly string[]>, indent: string = ''): string {
  const columns = Math.max(...rows.map((row) => row.length), 0);
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => (column < row.length - 1 ? (row[column] ?? '').length : 0))),
  );
  return rows
    .map(
      (row) =>
        indent +
        row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd(),
    )
    .join('\n');
}

const HEAD = ['SLOT', 'NAME', 'REGISTERED', 'FROM', 'VIA', 'PEER URLS'];

/** The members of a token as a table, with a row for each slot that is free. */
export function formatMembers({ size, members }: TokenReport): string {
  const free = Array.from({ length: Math.max(size - members.length, 0) }, (_, index) => [
    String(members.length + index + 1),
    '-',
    'not yet',
  ]);
  // A large cluster would push all else out of sight.
  const shown =
    free.length > FREE_SHOWN ? [...free.slice(0, FREE_SHOWN), ['...', `${free.length} are free`]] : free;
  return formatRows([HEAD, ...members.map(rowOf), ...shown], '  ');
}

const FREE_SHOWN = 7;

function rowOf({
  id,
  name,
  slot,
  registeredAt,
  from,
  dialect,
  peerUrls,
  value,
}: MemberReport): readonly string[] {
  return [
    slot === null ? 'none' : String(slot),
    name ?? id,
    registeredAt === null ? 'unknown' : registeredAt.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
    from ?? 'unknown',
    dialect ?? '-',
    peerUrls.length === 0 ? value : peerUrls.join(' '),
  ].map(printable);
}
