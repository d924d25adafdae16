import type { Findings } from '../findings.ts';
import type { Item } from '../item.ts';
import { isSince, type Spec } from '../spec.ts';

/** What a check is told beside the section that it looks at. */
export interface CheckContext {
  readonly spec: Spec;
  readonly findings: Findings;
}

/** Looks at one section that was read without a type error, and adds what there is to say about it. */
export type Check = (item: Item, context: CheckContext) => void;

/** The type of a value. */
export type FieldType =
  | { readonly kind: 'text' }
  | { readonly kind: 'flag' }
  | { readonly kind: 'whole'; readonly min: bigint; readonly max: bigint }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'section'; readonly section: Section };

/** One meaning of a key, in the specs from `since` on and before `until`. */
export interface Field {
  readonly type: FieldType;
  readonly since?: Spec;
  readonly until?: Spec;
}

/** A kind of object: its keys in all specs, and what else has to hold of it. */
export interface Section {
  /** What messages call it, such as `a file`. */
  readonly name: string;
  /** A key that means different things in different specs has a field for each. */
  readonly fields: Readonly<Record<string, Field | readonly Field[]>>;
  readonly checks?: readonly Check[];
}

/** From `since` on, and before `until`. */
interface Range {
  readonly since?: Spec;
  readonly until?: Spec;
}

const TEXT: FieldType = { kind: 'text' };
const FLAG: FieldType = { kind: 'flag' };
const WHOLE: FieldType = { kind: 'whole', min: -(2n ** 63n), max: 2n ** 63n - 1n };
const UNSIGNED: FieldType = { kind: 'whole', min: 0n, max: 2n ** 64n - 1n };
const UNSIGNED_32: FieldType = { kind: 'whole', min: 0n, max: 2n ** 32n - 1n };

export const text = (range: Range = {}): Field => ({ type: TEXT, ...range });
export const flag = (range: Range = {}): Field => ({ type: FLAG, ...range });
/** A whole number that was unsigned in spec 2.0, of 64 bits or as said. */
export const whole = (range: Range = {}, unsigned: 64 | 32 | 'never' = 'never'): Field[] => {
  const since = range.since === undefined ? '2.0' : range.since;
  if (unsigned === 'never' || since !== '2.0') return [{ type: WHOLE, ...range }];
  const first = unsigned === 64 ? UNSIGNED : UNSIGNED_32;
  return [
    { type: first, until: '2.1' },
    { type: WHOLE, ...range, since: '2.1' },
  ];
};
export const texts = (range: Range = {}): Field => ({ type: { kind: 'list', of: TEXT }, ...range });
export const one = (section: Section, range: Range = {}): Field => ({
  type: { kind: 'section', section },
  ...range,
});
export const many = (section: Section, range: Range = {}): Field => ({
  type: { kind: 'list', of: { kind: 'section', section } },
  ...range,
});

/** The meanings of a key over all specs, oldest first; none where no spec knows it. */
export function meaningsOf(section: Section, key: string): readonly Field[] {
  const fields = Object.hasOwn(section.fields, key) ? section.fields[key] : undefined;
  if (fields === undefined) return [];
  return 'type' in fields ? [fields] : fields;
}

/** What a key means in one spec; undefined where that spec does not have it. */
export function fieldIn(section: Section, key: string, spec: Spec): Field | undefined {
  return meaningsOf(section, key).find(
    ({ since = '2.0', until }) => isSince(spec, since) && (until === undefined || !isSince(spec, until)),
  );
}

/** The keys that a section has in one spec. */
export function keysIn(section: Section, spec: Spec): readonly string[] {
  return Object.keys(section.fields).filter((key) => fieldIn(section, key, spec) !== undefined);
}
