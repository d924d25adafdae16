import type { Profile } from '../profiles.ts';
import { type Findings, hasError, NO_FINDINGS } from '../report.ts';
import { yamlFailure } from '../yaml/failure.ts';
import type { YamlNode } from '../yaml/nodes.ts';
import { resolveScalar } from '../yaml/resolve.ts';
import type { Known, Place } from './place.ts';
import { text } from './scalars.ts';
import type { CheckContext, Reading, Type } from './type.ts';

/** A field of a section. */
export interface Field<T, Owner> {
  readonly type: Type<T>;
  /** The first profile that knows it; all if none is given. */
  readonly since?: Profile;
  /** What is to be said about its value, at the place of that. Sees the section, for what depends on other fields. */
  check?(owner: Owner, profile: Profile): Findings;
}

/** The fields of a section, in the order in which they are checked. A bare type is a field that all profiles know. */
export type Fields<T> = { readonly [K in keyof T]-?: Type<T[K]> | Field<T[K], T> };

/** A check of a section as a whole. An error ends the checks of this section. */
export type StructCheck<T> = (value: T, profile: Profile) => Findings;

type AnyField = Field<unknown, object>;

function isField(field: object): boolean {
  return 'type' in field;
}

/** A section: a mapping with known keys. */
export function struct<T extends object>(
  name: string,
  fields: Fields<T>,
  check: StructCheck<T> = () => NO_FINDINGS,
): Type<T> {
  const all = (Object.entries(fields) as [string, Type<unknown> | AnyField][]).map(
    ([key, field]) => [key, isField(field) ? (field as AnyField) : { type: field as Type<unknown> }] as const,
  );
  const byProfile = new Map<Profile, ReadonlyMap<string, AnyField>>();
  const fieldsOf = (profile: Profile): ReadonlyMap<string, AnyField> => {
    let known = byProfile.get(profile);
    if (known === undefined) {
      known = new Map(all.filter(([, { since }]) => since === undefined || since <= profile));
      byProfile.set(profile, known);
    }
    return known;
  };
  const zero = (): T => {
    const value: Record<string, unknown> = {};
    for (const [key, { type }] of all) value[key] = type.zero();
    return value as T;
  };
  return {
    name: `types.${name}`,
    isUnchecked: false,
    zero,
    read(node, current, reader) {
      if (node.kind === 'mapping') {
        readMapping(node.pairs, current as Record<string, unknown>, fieldsOf(reader.profile), this, reader);
        return current;
      }
      if (node.kind === 'scalar') {
        const { resolved, tag } = resolveScalar(node);
        if (resolved.kind === 'null') return zero();
        reader.misfit(node, tag, this.name);
      } else {
        reader.misfit(node, '!!seq', this.name);
      }
      return current;
    },
    check(value, place, context) {
      const own = check(value, context.profile);
      context.report.add(own, place.start);
      if (!hasError(own)) checkFields(value, fieldsOf(context.profile), place, context);
    },
  };
}

function readMapping<T>(
  pairs: readonly (readonly [YamlNode, YamlNode])[],
  target: Record<string, unknown>,
  fields: ReadonlyMap<string, AnyField>,
  self: Type<T>,
  reader: Reading,
): void {
  for (const [keyNode, valueNode] of pairs) {
    if (isMerge(keyNode)) {
      for (const source of mergeSources(valueNode, reader)) reader.read(self, source, target as T);
      continue;
    }
    const key = reader.read(text, keyNode, '');
    const field = fields.get(key);
    if (field !== undefined) target[key] = reader.read(field.type, valueNode, target[key]);
  }
}

function isMerge(node: YamlNode): boolean {
  if (node.kind !== 'scalar' || node.value !== '<<') return false;
  return (node.isPlain && node.tag === '') || node.tag === 'tag:yaml.org,2002:merge';
}

/** The mappings of a merge, the one that wins last. */
function mergeSources(node: YamlNode, reader: Reading): readonly YamlNode[] {
  const assertMapping = (source: YamlNode): void => {
    // An unknown anchor is told when it is read.
    const isUnknown = source.kind === 'alias' && reader.resolve(source) === undefined;
    if (!isUnknown && reader.resolve(source)?.kind !== 'mapping')
      throw yamlFailure('map merge requires map or sequence of maps as the value');
  };
  const sources = node.kind === 'sequence' ? node.items.toReversed() : [node];
  for (const source of sources) assertMapping(source);
  return sources;
}

function checkFields(
  value: object,
  fields: ReadonlyMap<string, AnyField>,
  place: Place,
  context: CheckContext,
): void {
  const values = value as Record<string, unknown>;
  for (const [key, field] of fields) {
    if (field.check === undefined && field.type.isUnchecked) continue;
    const at = place.key(key);
    if (field.check !== undefined) context.report.add(field.check(value, context.profile), at.start);
    field.type.check(values[key], at, context);
  }
  checkKeys(place, fields, context);
}

/** Tells of keys that mean nothing. */
export function checkKeys(place: Place, known: Known, { report }: CheckContext): void {
  for (const [key, start] of place.unknownKeys(known)) {
    report.add([{ severity: 'warning', message: `Config has unrecognized key: ${key}` }], start);
    const meant = [...known.keys()].find((one) => one.toLowerCase() === key.toLowerCase());
    if (meant === undefined) continue;
    report.add([{ severity: 'info', message: `Did you mean ${meant} instead of ${key}` }], start);
  }
}
