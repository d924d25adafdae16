import { type AmountProblem, LIMIT, parseAmount } from './amount.ts';
import { quote } from './quote.ts';

const PREFIXES = ['K', 'M', 'G', 'T', 'P', 'E'];

function unitsWith(suffix: string): ReadonlyMap<string, number> {
  const powers = PREFIXES.map((prefix, power) => [`${prefix}${suffix}`, 1024 ** (power + 1)] as const);
  return new Map([['B', 1], ...powers]);
}

/** Both kinds are powers of 1024; one value has units of one kind only. */
const UNIT_KINDS = [unitsWith('iB'), unitsWith('B')];

function wordProblem(problem: AmountProblem, text: string): string {
  switch (problem.kind) {
    case 'malformed':
      return `units: invalid ${text}`;
    case 'unknown unit':
      return `units: unknown unit ${problem.unit} in ${text}`;
    case 'overflow':
      return 'units: overflow parsing unit';
  }
}

/** A size such as `512MiB` in bytes, or what is wrong with it. */
export function parseSize(text: string): { bytes: number } | { problem: string } {
  let problem = '';
  for (const units of UNIT_KINDS) {
    const amount = parseAmount(text, units);
    if (amount.kind !== 'amount') {
      problem = wordProblem(amount, text);
    } else if ((amount.isNegative && amount.value > 0) || amount.value >= LIMIT) {
      // In 64 bits, what is just too large becomes the least number.
      return { problem: `invalid dimension (negative): ${quote(text)}` };
    } else {
      return { bytes: amount.value };
    }
  }
  return { problem };
}
