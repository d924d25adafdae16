/** One line of the table: one thing measured on Muster and, side by side, on an alternative. */
export interface Row {
  /** The bench that it belongs to, such as `reads`. */
  readonly bench: string;
  readonly what: string;
  readonly unit: string;
  readonly muster: number;
  /** What it is compared with; undefined where Muster is measured against a fixed bound. */
  readonly other: { readonly name: string; readonly value: number } | undefined;
  readonly target: Target | undefined;
}

/** `ratio` is Muster's figure by the other one's; `value` is Muster's figure. */
export interface Target {
  readonly of: 'ratio' | 'value';
  readonly min?: number;
  readonly max?: number;
}

/** Muster's figure by the other one's; undefined without another one. */
export function ratioOf({ muster, other }: Row): number | undefined {
  return other === undefined ? undefined : muster / other.value;
}

/** Whether a row is within its target; undefined without one. */
export function isMet(row: Row): boolean | undefined {
  if (row.target === undefined) return undefined;
  const { of, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = row.target;
  const figure = of === 'ratio' ? (ratioOf(row) ?? Number.NaN) : row.muster;
  return figure >= min && figure <= max;
}
