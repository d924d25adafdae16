import type { IgnitionMount, IgnitionSystemdUnit } from '../ignition2/document.ts';

const WHAT = /^[ \t]*What[ \t]*=(.*)$/gm;
const WHERE = /^[ \t]*Where[ \t]*=(.*)$/gm;

/** The last value of an option in the text of a unit; empty where it has none. */
function lastOf(contents: string, option: RegExp): string {
  const [, value = ''] = [...contents.matchAll(option)].at(-1) ?? [];
  return value.trim();
}

/** Where the units of a configuration mount what, once the machine runs. */
export function readMountUnits(units: readonly IgnitionSystemdUnit[]): ReadonlyMap<string, string> {
  const mounted = new Map<string, string>();
  for (const { contents, name } of units) {
    if (!name.endsWith('.mount')) continue;
    const what = lastOf(contents, WHAT);
    const where = lastOf(contents, WHERE);
    if (what !== '' && where.startsWith('/') && !mounted.has(what)) mounted.set(what, where);
  }
  return mounted;
}

/** Where a filesystem is mounted, by any of the names that a unit may call it. */
export function findMountPoint(
  { device, label, uuid }: IgnitionMount,
  mounted: ReadonlyMap<string, string>,
): string | undefined {
  const names = [
    device,
    ...(label === undefined || label === '' ? [] : [`/dev/disk/by-label/${label}`, `LABEL=${label}`]),
    ...(uuid === undefined || uuid === '' ? [] : [`/dev/disk/by-uuid/${uuid}`, `UUID=${uuid}`]),
  ];
  return names.map((name) => mounted.get(name)).find((where) => where !== undefined);
}
