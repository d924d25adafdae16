import type { IgnitionDisk, IgnitionPartition, IgnitionRaid } from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { quote } from '../text/quote.ts';
import type { Disk3, Partition3, Raid3 } from './document.ts';
import { caution, distinct, refuse, type Translation, textOrNone, trueOrNone } from './translation.ts';

/** Keys of a list that may stand in it once. */
function refuseTwice(keys: readonly string[], what: string, place: Place, translation: Translation): void {
  const seen = new Set<string>();
  for (const [index, key] of keys.entries()) {
    if (key !== '' && seen.has(key))
      refuse(translation, `the ${what} ${quote(key)} stands twice`, place.item(index));
    seen.add(key);
  }
}

function translatePartition(one: IgnitionPartition, place: Place, translation: Translation): Partition3 {
  // sgdisk ended a label at a colon, and so did Ignition 2.x, which warned of it; Ignition 3.x refuses it.
  const label = textOrNone(one.label?.replace(/:.*$/s, ''));
  const number = one.number === 0n ? undefined : one.number;
  if (number !== undefined && number < 0n) {
    refuse(translation, 'a partition number is at least 1', place.key('number'));
  } else if (number === undefined && label === undefined) {
    refuse(translation, 'Ignition 3 needs a number or a label to tell which partition this is', place);
  }
  return {
    guid: textOrNone(one.guid),
    label,
    number,
    sizeMiB: one.sizeMiB,
    startMiB: one.startMiB,
    typeGuid: textOrNone(one.typeGuid),
  };
}

function translateDisk(disk: IgnitionDisk, place: Place, translation: Translation): Disk3 {
  const { device, wipeTable } = disk;
  const at = place.key('partitions');
  const partitions = disk.partitions.map((one, index) =>
    translatePartition(one, at.item(index), translation),
  );
  const labels = new Set<string>();
  for (const [index, { label }] of partitions.entries()) {
    if (label === undefined) continue;
    if (labels.has(label))
      refuse(translation, `the label ${quote(label)} stands twice on one disk`, at.item(index).key('label'));
    labels.add(label);
  }
  return { device, partitions, wipeTable: trueOrNone(wipeTable) };
}

/** The disks with their partitions. */
export function translateDisks(
  disks: readonly IgnitionDisk[],
  place: Place,
  translation: Translation,
): readonly Disk3[] {
  const devices = disks.map(({ device }) => device);
  refuseTwice(devices, 'device', place, translation);
  return disks.map((disk, index) => translateDisk(disk, place.item(index), translation));
}

function translateRaid(
  { devices, level, name, options, spares }: IgnitionRaid,
  place: Place,
  translation: Translation,
): Raid3 {
  if (name === '') refuse(translation, 'an array needs a name', place);
  if (devices.length === 0) refuse(translation, 'an array needs devices', place);
  if (spares < 0n) caution(translation, 'fewer than no spares are none', place.key('spares'));
  return {
    devices: distinct(devices, 'device', place.key('devices'), translation),
    level,
    name,
    options: distinct(options, 'option', place.key('options'), translation),
    spares: spares > 0n ? spares : undefined,
  };
}

/** The arrays of disks. */
export function translateRaids(
  arrays: readonly IgnitionRaid[],
  place: Place,
  translation: Translation,
): readonly Raid3[] {
  const names = arrays.map(({ name }) => name);
  refuseTwice(names, 'array', place, translation);
  return arrays.map((one, index) => translateRaid(one, place.item(index), translation));
}
