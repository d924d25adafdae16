/** Why a text is no amount. */
export type AmountProblem =
  | { readonly kind: 'malformed' }
  | { readonly kind: 'unknown unit'; readonly unit: string }
  | { readonly kind: 'overflow' };

/** The value of an amount, in the unit that counts 1. */
export type Amount =
  | { readonly kind: 'amount'; readonly value: number; readonly isNegative: boolean }
  | AmountProblem;

/** Go counts in 64 bits, where this is the first number that is too large. */
export const LIMIT: number = 2 ** 63;

const PAIR = /([0-9]*)(?:(\.)([0-9]*))?([^.0-9]*)/y;

/**
 * Reads what Go's durations and byte sizes have in common: a sign, and then `0` or pairs of a decimal number and a
 * unit without spaces, which are summed.
 */
export function parseAmount(text: string, units: ReadonlyMap<string, number>): Amount {
  const isNegative = text.startsWith('-');
  const rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === '0') return { kind: 'amount', value: 0, isNegative: false };
  if (rest === '') return { kind: 'malformed' };
  let value = 0;
  for (let at = 0; at < rest.length; at = PAIR.lastIndex) {
    PAIR.lastIndex = at;
    const [, whole = '', , fraction = '', unit = ''] = PAIR.exec(rest) ?? [];
    if (whole === '' && fraction === '') return { kind: 'malformed' };
    if (Number(whole) >= LIMIT) return { kind: 'malformed' };
    const size = units.get(unit);
    if (size === undefined) return { kind: 'unknown unit', unit };
    value += (Number(whole) + Number(`0.${fraction}`)) * size;
  }
  // Like Go, which compares in floats too, this lets the limit itself through.
  if (value > LIMIT) return { kind: 'overflow' };
  return { kind: 'amount', value: Math.trunc(value), isNegative };
}
