import type { IgnitionVerification } from '../ignition2/document.ts';
import { ifSet, type Shape, shape } from '../ignition2/shape.ts';
import { error, errorUnless, type Findings, NO_FINDINGS } from '../report.ts';
import { text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';

/** A checksum. */
export interface Hash {
  function: string;
  sum: string;
}

/** What something that is fetched must be. */
export interface Verification {
  hash: Hash;
}

const hash: Type<Hash> = struct<Hash>('Hash', { function: text, sum: text });

/** The fields of `verification`, and what is checked of them. */
export const verification: Type<Verification> = struct<Verification>('Verification', { hash });

/** A hash with one half only counts as none. */
export function convertVerification({ hash: { function: name, sum } }: Verification): IgnitionVerification {
  return name === '' || sum === '' ? {} : { hash: `${name}-${sum}` };
}

/** The hexadecimal digits of a SHA-512. */
const SUM_LENGTH = 128;

function checkHash({ hash: value }: IgnitionVerification): Findings {
  if (value === undefined) return NO_FINDINGS;
  const dash = value.indexOf('-');
  if (value.slice(0, dash) !== 'sha512') return error('unrecognized hash function');
  const sum = value.slice(dash + 1);
  return errorUnless(new TextEncoder().encode(sum).length === SUM_LENGTH, 'incorrect size for hash sum');
}

/** `verification` as Ignition has it: what is written, in which order, and what is checked. */
export const verificationShape: Shape<IgnitionVerification> = shape<IgnitionVerification>(
  ['hash'],
  [
    ifSet('hash', {
      check: (value, profile) => (profile === '2.0.0' ? checkHash(value) : NO_FINDINGS),
    }),
  ],
  (value, profile) => (profile === '2.0.0' ? NO_FINDINGS : checkHash(value)),
);
