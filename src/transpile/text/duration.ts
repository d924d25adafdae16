import { parseAmount } from './amount.ts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['\u00b5s', 1e3],
  ['\u03bcs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
]);

/** Whether a text is a duration as Go reads it, such as `1h30m`. */
export function isDuration(text: string): boolean {
  return parseAmount(text, UNITS).kind === 'amount';
}
