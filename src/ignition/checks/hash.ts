import { byteLength } from '../grammar/byte-length.ts';
import type { Check } from '../schema/declare.ts';
import { isSince, type Spec } from '../spec.ts';

/** The hash functions, with the digits of their sums and the spec that they came with. */
const FUNCTIONS: readonly { readonly name: string; readonly digits: number; readonly since: Spec }[] = [
  { name: 'sha512', digits: 128, since: '2.0' },
  { name: 'sha256', digits: 64, since: '3.1' },
];

/** `hash` of a verification: `<function>-<sum>`. */
export const checkHash: Check = (item, { spec, findings }) => {
  const hash = item.text('hash');
  if (hash === undefined) return;
  const path = item.at('hash');
  const known = FUNCTIONS.filter(({ since }) => isSince(spec, since));
  const forms = known.map(({ name, digits }) => `"${name}-" and ${digits} hexadecimal digits`).join(', or ');
  const dash = hash.indexOf('-');
  if (dash < 0) {
    findings.add('hash-form', path, `the hash names no function; write ${forms}`);
    return;
  }
  const name = hash.slice(0, dash);
  const found = known.find((one) => one.name === name);
  if (found === undefined) {
    const shown = JSON.stringify(name.slice(0, 60));
    findings.add('hash-function', path, `${shown} is no hash function of spec ${spec}.0; write ${forms}`);
    return;
  }
  const length = byteLength(hash.slice(dash + 1));
  if (length === found.digits) return;
  findings.add(
    'hash-length',
    path,
    `a ${name} sum has ${found.digits} hexadecimal digits, and this one has ${length} characters`,
  );
};

/** A hash is of something: from `since` on, one without a source is refused. */
export const checkHashNeedsSource = (since: Spec): Check => {
  return (item, { spec, findings }) => {
    if (!isSince(spec, since) || item.has('source') || !item.child('verification').has('hash')) return;
    findings.add(
      'hash-without-source',
      item.at('verification', 'hash'),
      'a hash is given and no source to verify; give "source" too, or leave the hash out',
    );
  };
};
