import type { Ignition3Profile } from '../profiles.ts';
import { error, type Report, warning } from '../report.ts';
import type { Place } from '../schema/place.ts';

/** What a document is carried over to Ignition 3.x with. */
export interface Translation {
  readonly profile: Ignition3Profile;
  /** Where filesystems are mounted, by their names. */
  readonly mounts: ReadonlyMap<string, string>;
  /** Takes what has no equal. */
  readonly report: Report;
}

/** Tells of what cannot be carried over: there will be no document. */
export function refuse({ report }: Translation, message: string, at: Place): void {
  report.add(error(message), at.start);
}

/** Tells of what is carried over with another meaning, or left out. */
export function caution({ report }: Translation, message: string, at: Place): void {
  report.add(warning(message), at.start);
}

/** A text; undefined where there is none. */
export function textOrNone(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/** `true`; undefined for what is false anyway. */
export function trueOrNone(value: boolean): true | undefined {
  return value ? true : undefined;
}

/** The items of a list that may have each one once, which is all the same to Ignition 2.x. */
export function distinct(
  items: readonly string[],
  what: string,
  at: Place,
  translation: Translation,
): readonly string[] {
  const kept = new Set<string>();
  for (const [index, item] of items.entries()) {
    if (kept.has(item)) caution(translation, `this ${what} stands twice: it is written once`, at.item(index));
    kept.add(item);
  }
  return [...kept];
}
