import type { Conversion } from '../conversion.ts';
import type { IgnitionPartition } from '../ignition2/document.ts';
import { ifSet, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, errorUnless, type Findings, NO_FINDINGS, warning } from '../report.ts';
import { optional } from '../schema/collections.ts';
import type { Place } from '../schema/place.ts';
import { int, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { parseSize } from '../text/size.ts';

/** `storage.disks[].partitions[]`. */
export interface Partition {
  label: string | undefined;
  number: bigint;
  size: string;
  start: string;
  guid: string;
  type_guid: string;
}

/** The fields of `storage.disks[].partitions[]`, and what is checked of them. */
export const partition: Type<Partition> = struct<Partition>('Partition', {
  label: optional(text),
  number: int,
  size: text,
  start: text,
  guid: { type: text, since: '2.1.0' },
  type_guid: text,
});

/** Names for the types of partitions that Container Linux knows. */
const TYPE_GUIDS: ReadonlyMap<string, string> = new Map([
  ['raid_containing_root', 'be9067b9-ea49-4f15-b4f6-f36f8c9e1818'],
  ['linux_filesystem_data', '0fc63daf-8483-4772-8e79-3d69d8477de4'],
  ['swap_partition', '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'],
  ['raid_partition', 'a19d880f-05fc-4d3b-a006-743f0f84911e'],
]);

const MEBIBYTE = 1024 * 1024;
const SECTOR = 512;

/** A size in the units of a profile, or what is wrong with it. */
function convertSize(size: string, profile: Profile): bigint | string | undefined {
  if (size === '') return profile === '2.3.0' ? undefined : 0n;
  const parsed = parseSize(size);
  if ('problem' in parsed) return parsed.problem;
  const { bytes } = parsed;
  if (profile !== '2.3.0') return BigInt(Math.ceil(bytes / SECTOR));
  if (bytes % MEBIBYTE !== 0) return 'invalid dimension (finest granularity is 1MiB)';
  return BigInt(bytes / MEBIBYTE);
}

function convertLabel(label: string | undefined, profile: Profile): string | undefined {
  return profile === '2.3.0' || label !== '' ? label : undefined;
}

/** Answers undefined for a partition that cannot be converted. */
export function convertPartition(
  given: Partition,
  place: Place,
  { profile, report }: Conversion,
): IgnitionPartition | undefined {
  const sizeOf = (key: 'size' | 'start'): bigint | string | undefined => {
    const value = convertSize(given[key], profile);
    if (typeof value === 'string') report.add(error(value), place.key(key).found);
    return value;
  };
  // `ct` went on to the next partition at the first problem.
  const size = sizeOf('size');
  if (typeof size === 'string') return undefined;
  const start = sizeOf('start');
  if (typeof start === 'string') return undefined;
  const { guid, label, number, type_guid: type } = given;
  const typeGuid = profile === '2.0.0' ? type : (TYPE_GUIDS.get(type) ?? type);
  const dimensions =
    profile === '2.3.0'
      ? { size: 0n, start: 0n, sizeMiB: size, startMiB: start }
      : { size: size ?? 0n, start: start ?? 0n, sizeMiB: undefined, startMiB: undefined };
  return { guid, label: convertLabel(label, profile), number, typeGuid, ...dimensions };
}

const LABEL_MAX = 36;

function checkLabel({ label = '' }: IgnitionPartition, profile: Profile): Findings {
  const isTooLong = new TextEncoder().encode(label).length > LABEL_MAX;
  const findings = errorUnless(!isTooLong, `partition labels may not exceed ${LABEL_MAX} characters`);
  if (!label.includes(':') || profile < '2.2.0') return findings;
  return [...findings, ...warning('partition label will be truncated to text before the colon')];
}

const GUID = /^(?:|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;
const GUID_FORM = '"01234567-89AB-CDEF-EDCB-A98765432101"';

function checkGuid(guid: string, profile: Profile): Findings {
  if (GUID.test(guid)) return NO_FINDINGS;
  return error(
    profile === '2.0.0'
      ? `partition type-guid must have the form ${GUID_FORM}, got: ${quote(guid)}`
      : `doesn't match the form ${GUID_FORM}`,
  );
}

/** `storage.disks[].partitions[]` as Ignition has it: what is written, in which order, and what is checked. */
export const partitionShape: Shape<IgnitionPartition> = shape<IgnitionPartition>(
  ['label', 'number', 'size', 'start', 'typeGuid'],
  [
    plain('guid', { check: ({ guid }, profile) => checkGuid(guid, profile) }),
    ifSet('label', { check: checkLabel }),
    plain('number', { always: ['2.0.0'] }),
    plain('size', { until: '2.2.0', always: ['2.0.0'] }),
    ifSet('sizeMiB', { since: '2.3.0' }),
    plain('start', { until: '2.2.0', always: ['2.0.0'] }),
    ifSet('startMiB', { since: '2.3.0' }),
    plain('typeGuid', { check: ({ typeGuid }, profile) => checkGuid(typeGuid, profile) }),
  ],
);
