import type { IgnitionFilesystem, IgnitionMount, IgnitionMountCreate } from '../ignition2/document.ts';
import { ifSet, nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, errorUnless, type Findings, NO_FINDINGS, warning } from '../report.ts';
import { listOf, optional } from '../schema/collections.ts';
import { bool, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { checkAbsolute } from './paths.ts';

/** How a filesystem is made, before there were options of the mount itself. */
export interface MountCreate {
  force: boolean;
  options: readonly string[];
}

/** A filesystem on a device. */
export interface Mount {
  device: string;
  format: string;
  create: MountCreate | undefined;
  wipe_filesystem: boolean;
  label: string | undefined;
  uuid: string | undefined;
  options: readonly string[];
}

/** `storage.filesystems[]`: one on a device, or one that is there already. */
export interface Filesystem {
  name: string;
  mount: Mount | undefined;
  path: string | undefined;
}

const create: Type<MountCreate> = struct<MountCreate>('Create', { force: bool, options: listOf(text) });

const mount: Type<Mount> = struct<Mount>('Mount', {
  device: text,
  format: text,
  create: optional(create),
  wipe_filesystem: { type: bool, since: '2.1.0' },
  label: { type: optional(text), since: '2.1.0' },
  uuid: { type: optional(text), since: '2.1.0' },
  options: { type: listOf(text), since: '2.1.0' },
});

/** The fields of `storage.filesystems[]`, and what is checked of them. */
export const filesystem: Type<Filesystem> = struct<Filesystem>('Filesystem', {
  name: text,
  mount: optional(mount),
  path: optional(text),
});

function convertMount(given: Mount): IgnitionMount {
  const { wipe_filesystem: wipeFilesystem, create: made, device, format, label, options, uuid } = given;
  return { create: made, device, format, label, options, uuid, wipeFilesystem };
}

/** `storage.filesystems[]` in the terms of Ignition. */
export function convertFilesystem(
  { name, mount: given, path }: Filesystem,
  profile: Profile,
): IgnitionFilesystem {
  return {
    mount: given && convertMount(given),
    name,
    path: profile === '2.0.0' && path === '' ? undefined : path,
  };
}

const FORMATS = ['ext4', 'btrfs', 'xfs'];
const LATER_FORMATS = [...FORMATS, 'swap', 'vfat'];

function checkFormat({ format }: IgnitionMount, profile: Profile): Findings {
  const known = profile === '2.0.0' ? FORMATS : LATER_FORMATS;
  return errorUnless(known.includes(format), 'invalid filesystem format');
}

/** How long the label of a filesystem may be, in bytes; see the manual page of each mkfs. */
const LABEL_MAX: Readonly<Record<string, number>> = { ext4: 16, btrfs: 256, xfs: 12, swap: 15, vfat: 11 };

function checkLabel({ label = '', format }: IgnitionMount): Findings {
  const max = LABEL_MAX[format] ?? Number.POSITIVE_INFINITY;
  const isFine = new TextEncoder().encode(label).length <= max;
  return errorUnless(
    isFine,
    `filesystem labels cannot be longer than ${max} characters when using ${format}`,
  );
}

const createShape: Shape<IgnitionMountCreate> = shape<IgnitionMountCreate>(
  ['force', 'options'],
  [plain('force'), plain('options')],
);

const mountShape: Shape<IgnitionMount> = shape<IgnitionMount>(
  ['device', 'format', 'create'],
  [
    nested('create', createShape),
    plain('device', { always: ['2.3.0'], check: ({ device }) => checkAbsolute(device) }),
    plain('format', {
      always: ['2.3.0'],
      check: (one, profile) => (profile === '2.0.0' ? checkFormat(one, profile) : NO_FINDINGS),
    }),
    ifSet('label', { check: checkLabel }),
    plain('options'),
    ifSet('uuid'),
    plain('wipeFilesystem'),
  ],
  (one, profile) => (profile === '2.0.0' ? NO_FINDINGS : checkFormat(one, profile)),
);

function checkCreate({ create: made, wipeFilesystem, options }: IgnitionMount): Findings {
  if (made === undefined) return NO_FINDINGS;
  return [
    ...errorUnless(!wipeFilesystem, 'cannot use both create object and wipeFilesystem field'),
    ...errorUnless(options.length === 0, 'cannot use both create object and mount-level options field'),
    ...warning('the create object has been deprecated in favor of mount-level options'),
  ];
}

function checkFilesystem({ mount: given, path }: IgnitionFilesystem, profile: Profile): Findings {
  if (given === undefined)
    return path === undefined ? error('filesystem is missing mount or path') : NO_FINDINGS;
  const both = errorUnless(path === undefined, 'filesystem has both mount and path defined');
  return profile === '2.0.0' ? both : [...both, ...checkCreate(given)];
}

function checkPath({ name, path }: IgnitionFilesystem, profile: Profile): Findings {
  if (path === undefined || path.startsWith('/')) return NO_FINDINGS;
  const isNamed = profile === '2.1.0' || profile === '2.3.0';
  return error(isNamed ? `filesystem ${quote(name)}: path not absolute` : 'path not absolute');
}

/** `storage.filesystems[]` as Ignition has it: what is written, in which order, and what is checked. */
export const filesystemShape: Shape<IgnitionFilesystem> = shape<IgnitionFilesystem>(
  ['name', 'mount', 'path'],
  [nested('mount', mountShape), plain('name'), ifSet('path', { check: checkPath })],
  checkFilesystem,
);
