import type { Conversion } from '../conversion.ts';
import type { IgnitionDisk, IgnitionPartition } from '../ignition2/document.ts';
import { nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, type Findings, NO_FINDINGS } from '../report.ts';
import { listOf } from '../schema/collections.ts';
import type { Place } from '../schema/place.ts';
import { bool, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { convertPartition, type Partition, partition, partitionShape } from './partitions.ts';
import { checkAbsolute } from './paths.ts';

/** `storage.disks[]`. */
export interface Disk {
  device: string;
  wipe_table: boolean;
  partitions: readonly Partition[];
}

/** The fields of `storage.disks[]`, and what is checked of them. */
export const disk: Type<Disk> = struct<Disk>('Disk', {
  device: text,
  wipe_table: bool,
  partitions: listOf(partition),
});

/** `storage.disks[]` in the terms of Ignition. */
export function convertDisk(
  { device, wipe_table: wipeTable, partitions }: Disk,
  place: Place,
  conversion: Conversion,
): IgnitionDisk {
  const at = place.key('partitions');
  const converted = partitions.map((one, index) => convertPartition(one, at.item(index), conversion));
  return { device, wipeTable, partitions: converted.filter((one) => one !== undefined) };
}

/** Whether two partitions have one number. Only profile 2.0.0 minds those without one. */
function collide(partitions: readonly IgnitionPartition[], profile: Profile): boolean {
  const numbers = partitions.map(({ number }) => number).filter((one) => profile === '2.0.0' || one !== 0n);
  return new Set(numbers).size < numbers.length;
}

/** One that takes what is left counts as one sector. */
function lastSector({ start, size }: IgnitionPartition): bigint {
  return size === 0n ? start : start + size - 1n;
}

const textOf = (one: IgnitionPartition): string => Object.values(one).map(String).join('\n');

/** Whether two partitions that have a place of their own share a sector. Ignition takes equal ones for one. */
function overlap(partitions: readonly IgnitionPartition[]): boolean {
  const placed = partitions.filter(({ start }) => start !== 0n);
  const distinct = [...new Map(placed.map((one) => [textOf(one), one])).values()];
  const sorted = distinct.toSorted((one, other) => (one.start < other.start ? -1 : 1));
  let end = -1n;
  for (const one of sorted) {
    if (one.start <= end) return true;
    end = lastSector(one);
  }
  return false;
}

const ALIGNMENT = 2048n;

function checkPartitions({ device, partitions }: IgnitionDisk, profile: Profile): Findings {
  const prefix = profile < '2.2.0' ? `disk ${quote(device)}: ` : '';
  const findings: Findings[] = [];
  if (collide(partitions, profile)) findings.push(error(`${prefix}partition numbers collide`));
  if (overlap(partitions)) findings.push(error(`${prefix}partitions overlap`));
  if (partitions.some(({ start }) => start % ALIGNMENT !== 0n))
    findings.push(error(`${prefix}partitions misaligned`));
  return findings.flat();
}

function checkDevice({ device }: IgnitionDisk): Findings {
  return device === '' ? error('disk device is required') : checkAbsolute(device);
}

/** `storage.disks[]` as Ignition has it: what is written, in which order, and what is checked. */
export const diskShape: Shape<IgnitionDisk> = shape<IgnitionDisk>(
  ['device', 'wipeTable', 'partitions'],
  [
    plain('device', { always: ['2.3.0'], check: checkDevice }),
    nested('partitions', partitionShape, {
      check: (one, profile) => (profile === '2.0.0' ? NO_FINDINGS : checkPartitions(one, profile)),
    }),
    plain('wipeTable'),
  ],
  (one, profile) => {
    if (profile !== '2.0.0') return NO_FINDINGS;
    return [...(one.device === '' ? checkDevice(one) : NO_FINDINGS), ...checkPartitions(one, profile)];
  },
);
