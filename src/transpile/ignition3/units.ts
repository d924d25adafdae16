import type { IgnitionDropIn, IgnitionSystemdUnit } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { quote } from '../text/quote.ts';
import { readUnitContent } from '../text/unit-content.ts';
import type { DropIn3, Unit3 } from './document.ts';
import { caution, type Translation, textOrNone, trueOrNone } from './translation.ts';

/** A unit while those of its name are put together. */
interface Merged {
  contents: string;
  readonly dropins: Map<string, string>;
  enabled: boolean | undefined;
  mask: boolean;
  readonly name: string;
  /** Where the last one stands. */
  place: Place;
  count: number;
}

function addDropIns(
  into: Merged,
  dropins: readonly IgnitionDropIn[],
  place: Place,
  translation: Translation,
): void {
  for (const [index, { contents, name }] of dropins.entries()) {
    if (into.dropins.has(name)) {
      caution(
        translation,
        `the drop-in ${quote(name)} of ${quote(into.name)} stands twice: the last one counts`,
        place.item(index),
      );
    }
    into.dropins.set(name, contents);
  }
}

function addUnit(into: Merged, unit: IgnitionSystemdUnit, place: Place, translation: Translation): void {
  const { contents, dropins, enable, enabled, mask } = unit;
  if (contents !== '' && into.contents !== '') {
    caution(
      translation,
      `the unit ${quote(into.name)} has contents twice: the last ones count`,
      place.key('contents'),
    );
  }
  if (contents !== '') into.contents = contents;
  addDropIns(into, dropins, place.key('dropins'), translation);
  into.enabled = enabled ?? (enable ? true : into.enabled);
  into.mask ||= mask;
  into.place = place;
  into.count += 1;
}

function finish({ contents, count, dropins, enabled, mask, name, place }: Merged, to: Translation): Unit3 {
  const read = readUnitContent(contents);
  const sections = 'sections' in read ? read.sections : [];
  // Ignition 3.x warns of a unit that is enabled to no effect, so it is not.
  const isInVain = enabled === true && contents !== '' && !sections.includes('Install');
  // Of a unit that stands once, and has something in it, this was said before.
  if (isInVain && (count > 1 || sections.length === 0)) {
    const message = `unit ${quote(name)} is enabled, but has no install section so enable does nothing`;
    caution(to, message, place.key('contents'));
  }
  return {
    contents: textOrNone(contents),
    dropins: [...dropins].map(([dropIn, text]): DropIn3 => ({ contents: textOrNone(text), name: dropIn })),
    enabled: isInVain ? undefined : enabled,
    mask: trueOrNone(mask),
    name,
  };
}

/** Units of one name become one: those that sections make, and what the configuration says of them itself. */
export function translateUnits(
  units: readonly IgnitionSystemdUnit[],
  place: Place,
  translation: Translation,
): readonly Unit3[] {
  const merged = new Map<string, Merged>();
  for (const [index, unit] of units.entries()) {
    const { name } = unit;
    const at = place.item(index);
    const before = merged.get(name);
    const into: Merged = before ?? {
      ...{ contents: '', dropins: new Map(), enabled: undefined, mask: false, name, place: at, count: 0 },
    };
    merged.set(name, into);
    addUnit(into, unit, at, translation);
  }
  return [...merged.values()].map((one) => finish(one, translation));
}
