import { isMet, type Row, ratioOf, type Target } from './row.ts';

const COLUMNS = ['bench', 'what', 'Muster', 'compared with', '', 'ratio', 'target', ''] as const;
const RIGHT = new Set([2, 4, 5]);

/** The rows as one table of text. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [COLUMNS.slice(), ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...rest] = lines;
  return [head, '-'.repeat(head.length), ...rest].join('\n');
}

function cellsOf(row: Row): string[] {
  const { bench, what, unit, muster, other, target } = row;
  const ratio = ratioOf(row);
  const met = isMet(row);
  return [
    bench,
    what,
    `${formatFigure(muster)} ${unit}`,
    other?.name ?? '',
    other === undefined ? '' : `${formatFigure(other.value)} ${unit}`,
    ratio === undefined ? '' : ratio.toFixed(2),
    target === undefined ? '' : formatTarget(target, unit),
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ];
}

function formatTarget({ of, min, max }: Target, unit: string): string {
  const suffix = of === 'ratio' ? 'x' : ` ${unit}`;
  const bounds = [
    ...(min === undefined ? [] : [`>= ${min}${suffix}`]),
    ...(max === undefined ? [] : [`<= ${max}${suffix}`]),
  ];
  return bounds.join(', ');
}

/** Three digits that count, and never fewer than are before the point. */
function formatFigure(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}
