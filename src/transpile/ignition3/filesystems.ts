import type {
  IgnitionDocument,
  IgnitionFilesystem,
  IgnitionMount,
  IgnitionStorage,
} from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { cleanPath } from '../text/paths.ts';
import { quote } from '../text/quote.ts';
import type { Filesystem3 } from './document.ts';
import { findMountPoint, readMountUnits } from './mount-units.ts';
import { caution, refuse, type Translation, textOrNone } from './translation.ts';

/** The filesystems of a document, and where the files of each one go. */
export interface Filesystems {
  readonly filesystems: readonly Filesystem3[];
  /** Undefined: it is not known where. A filesystem that is not in the map is not known at all. */
  readonly mountPoints: ReadonlyMap<string, string | undefined>;
}

/** Where a machine has its root while Ignition 2.x runs. */
const SYSROOT = /^\/sysroot(?=\/|$)/;

/** One of Container Linux and Flatcar that configurations could name without having it. */
const OEM: Filesystem3 = {
  device: '/dev/disk/by-label/OEM',
  format: 'btrfs',
  label: undefined,
  options: [],
  path: '/oem',
  uuid: undefined,
  wipeFilesystem: undefined,
};

/** A filesystem that was mounted already: Ignition 3.x has none of these, but for where they are. */
function existingAt({ name, path = '' }: IgnitionFilesystem, place: Place, translation: Translation): string {
  const mountPoint = translation.mounts.get(name) ?? cleanPath(path.replace(SYSROOT, ''));
  if (name !== 'root' || mountPoint !== '/') {
    caution(
      translation,
      `Ignition 3 names no filesystems: what is on ${quote(name)} goes below ${mountPoint}`,
      place,
    );
  }
  return mountPoint;
}

function mountPointOf(
  { name }: IgnitionFilesystem,
  mount: IgnitionMount,
  mounted: ReadonlyMap<string, string>,
  { mounts }: Translation,
): string | undefined {
  const asked = mounts.get(name) ?? (name === 'root' ? '/' : undefined);
  const found = asked ?? findMountPoint(mount, mounted);
  return found === undefined ? undefined : cleanPath(found);
}

function translateMount(
  mount: IgnitionMount,
  path: string | undefined,
  place: Place,
  translation: Translation,
): Filesystem3 {
  const { create, device, format, label, options, uuid, wipeFilesystem } = mount;
  if (create !== undefined && !create.force) {
    caution(
      translation,
      'without "force", Ignition 2 failed where a filesystem was there already; Ignition 3 keeps one of this format, label and uuid',
      place.key('create'),
    );
  }
  return {
    device,
    format,
    label: textOrNone(label),
    options: create?.options ?? options,
    path: format === 'swap' ? undefined : path,
    uuid: textOrNone(uuid),
    wipeFilesystem: wipeFilesystem || create?.force === true ? true : undefined,
  };
}

/** Tells of what Ignition 3.x takes once: devices, and the places where they are mounted. */
function checkDistinct(
  placed: readonly (readonly [Filesystem3, Place])[],
  field: 'device' | 'path',
  to: Translation,
): void {
  const seen = new Set<string>();
  for (const [filesystem, place] of placed) {
    const value = filesystem[field];
    if (value === undefined) continue;
    const isTaken = seen.has(value);
    seen.add(value);
    if (!isTaken) continue;
    const what = field === 'device' ? 'is on the device' : 'is mounted at';
    refuse(to, `another filesystem ${what} ${quote(value)} as well`, place);
  }
}

/**
 * Finds out where each filesystem is mounted, since that is how Ignition 3.x tells what is on it: as the options say,
 * as a unit of the configuration mounts it, or as it says itself.
 */
export function translateFilesystems(
  { storage, systemd }: IgnitionDocument,
  storagePlace: Place,
  translation: Translation,
): Filesystems {
  const place = storagePlace.key('filesystems');
  const mounted = readMountUnits(systemd.units);
  const mountPoints = new Map<string, string | undefined>([['root', '/'], ...translation.mounts]);
  const placed: (readonly [Filesystem3, Place])[] = [];
  for (const [index, filesystem] of storage.filesystems.entries()) {
    const { mount, name } = filesystem;
    const at = place.item(index);
    if (mount === undefined) {
      mountPoints.set(name, existingAt(filesystem, at, translation));
      continue;
    }
    const mountPoint = mountPointOf(filesystem, mount, mounted, translation);
    mountPoints.set(name, mountPoint);
    placed.push([translateMount(mount, mountPoint, at.key('mount'), translation), at]);
  }
  checkDistinct(placed, 'device', translation);
  checkDistinct(placed, 'path', translation);
  const filesystems = placed.map(([filesystem]) => filesystem);
  const oemPlace = mountPoints.has('oem') ? undefined : placeOfOem(storage, storagePlace);
  if (oemPlace === undefined) return { filesystems, mountPoints };
  caution(
    translation,
    'the filesystem "oem" is written as Flatcar has it: btrfs on /dev/disk/by-label/OEM, at /oem',
    oemPlace,
  );
  return { filesystems: [...filesystems, OEM], mountPoints: mountPoints.set('oem', '/oem') };
}

/** Where the first one stands that is on it. */
function placeOfOem(storage: IgnitionStorage, place: Place): Place | undefined {
  for (const kind of ['files', 'directories', 'links'] as const) {
    const index = storage[kind].findIndex(({ filesystem }) => filesystem === 'oem');
    if (index >= 0) return place.key(kind).item(index).key('filesystem');
  }
  return undefined;
}
