import type { Profile } from '../profiles.ts';
import type { Findings } from '../report.ts';
import type { Place } from '../schema/place.ts';

/** What else is known about a field of the output. */
export interface FieldOptions<T> {
  /** The first profile that has it. */
  readonly since?: Profile;
  /** The last one. */
  readonly until?: Profile;
  /** The profiles in which it is written even when there is nothing in it. */
  readonly always?: readonly Profile[];
  /** What is to be said about its value, at the place of that. Sees the object, for what depends on other fields. */
  check?(owner: T, profile: Profile): Findings;
  /** What is to be said about each text of its list, at the place of that. */
  checkItem?(item: string, profile: Profile): Findings;
  /** Where its value stands, if that is not under the same name. */
  place?(at: Place, profile: Profile, owner: T): Place;
}

/** One field of an object of the output. */
export interface ShapeField<T> extends FieldOptions<T> {
  readonly key: string;
  /** Written whenever it is set, and not only when it is more than zero. */
  readonly isOptional: boolean;
  /** What an object in it looks like, or each object of its list. */
  readonly shape?: Shape<never>;
}

/**
 * An object of the output: its fields in the order in which they are written and checked. Profile 2.0.0 has an order
 * of its own.
 */
export interface Shape<T> {
  readonly fields: readonly ShapeField<T>[];
  readonly order20: readonly string[];
  /** What is to be said about the object as a whole. An error ends the checks of this object. */
  check?(value: T, profile: Profile): Findings;
}

type Key<T> = keyof T & string;

/** A string, number, bool or list of such, left out when there is nothing in it. */
export function plain<T>(key: Key<T>, options: FieldOptions<T> = {}): ShapeField<T> {
  return { key, isOptional: false, ...options };
}

/** A value that is written whenever it is set. */
export function ifSet<T>(key: Key<T>, options: FieldOptions<T> = {}): ShapeField<T> {
  return { key, isOptional: true, ...options };
}

/** An object, or a list of such. */
export function nested<T>(key: Key<T>, shape: Shape<never>, options: FieldOptions<T> = {}): ShapeField<T> {
  return { key, isOptional: false, shape, ...options };
}

/** Describes an object of the output. @param order20 the fields of profile 2.0.0, in its order */
export function shape<T extends object>(
  order20: readonly Key<T>[],
  fields: readonly ShapeField<T>[],
  check?: (value: T, profile: Profile) => Findings,
): Shape<T> {
  return { fields, order20, ...(check === undefined ? {} : { check }) };
}

const orders = new WeakMap<object, Map<Profile, readonly ShapeField<never>[]>>();

/** The fields of an object in a profile, in the order of that. */
export function fieldsOf<T>(of: Shape<T>, profile: Profile): readonly ShapeField<T>[] {
  const byProfile = orders.get(of) ?? new Map<Profile, readonly ShapeField<never>[]>();
  orders.set(of, byProfile);
  const fields = byProfile.get(profile) ?? orderFields(of, profile);
  byProfile.set(profile, fields);
  return fields as readonly ShapeField<T>[];
}

function orderFields<T>({ fields, order20 }: Shape<T>, profile: Profile): readonly ShapeField<T>[] {
  if (profile === '2.0.0')
    return order20.flatMap((key) => fields.filter((field) => field.key === key).slice(0, 1));
  return fields.filter(
    ({ since, until }) =>
      (since === undefined || since <= profile) && (until === undefined || until >= profile),
  );
}
