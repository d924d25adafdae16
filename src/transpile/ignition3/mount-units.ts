import type { IgnitionMount, IgnitionSystemdUnit } from '../ignition2/document.ts';

/** The last value of an option in the text of a unit. */
function optionOf(contents: string, option: string): string | undefined {
  const lines = [...contents.matchAll(new RegExp(`^[ \\t]*${option}[ \\t]*=[ \\t]*(.*?)[ \\t]*$`, 'gm'))];
  return lines.at(-1)?.[1];
}

/** What a unit may call the device of a filesystem. */
function namesOf({ device, label, uuid }: IgnitionMount): readonly string[] {
  return [
    device,
    ...(label === undefined || label === '' ? [] : [`/dev/disk/by-label/${label}`, `LABEL=${label}`]),
    ...(uuid === undefined || uuid === '' ? [] : [`/dev/disk/by-uuid/${uuid}`, `UUID=${uuid}`]),
  ];
}

/** A unit that mounts a filesystem once the machine runs. */
export interface MountUnit {
  readonly name: string;
  readonly where: string;
}

/** The unit of a configuration that mounts a filesystem: it says where its files are meant to be. */
export function findMountUnit(
  mount: IgnitionMount,
  units: readonly IgnitionSystemdUnit[],
): MountUnit | undefined {
  const names = namesOf(mount);
  for (const { contents, name } of units) {
    if (!name.endsWith('.mount') || !names.includes(optionOf(contents, 'What') ?? '')) continue;
    const where = optionOf(contents, 'Where');
    if (where?.startsWith('/') === true) return { name, where };
  }
  return undefined;
}
