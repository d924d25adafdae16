import type { IgnitionRaid } from '../ignition2/document.ts';
import { plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, type Findings, NO_FINDINGS } from '../report.ts';
import { listOf } from '../schema/collections.ts';
import { int, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { checkAbsolute } from './paths.ts';

/** `storage.raid[]`. */
export interface Raid {
  name: string;
  level: string;
  devices: readonly string[];
  spares: bigint;
  options: readonly string[];
}

/** The fields of `storage.raid[]`, and what is checked of them. */
export const raid: Type<Raid> = struct<Raid>('Raid', {
  name: text,
  level: text,
  devices: listOf(text),
  spares: int,
  options: { type: listOf(text), since: '2.2.0' },
});

/** `storage.raid[]` in the terms of Ignition. */
export function convertRaid({ name, level, devices, spares, options }: Raid): IgnitionRaid {
  return { devices, level, name, options, spares };
}

/** Levels that cannot do without one of their devices. */
const FRAGILE_LEVELS = ['linear', 'raid0', '0', 'stripe'];
const OTHER_LEVELS = ['raid1', '1', 'mirror', 'raid4', '4', 'raid5', '5', 'raid6', '6', 'raid10', '10'];

function checkLevel({ level, spares }: IgnitionRaid, profile: Profile): Findings {
  const isOld = profile < '2.2.0';
  if (FRAGILE_LEVELS.includes(level)) {
    if (spares === 0n) return NO_FINDINGS;
    return error(
      isOld
        ? `spares unsupported for ${quote(level)} arrays`
        : 'spares unsupported for arrays with a level greater than 0',
    );
  }
  if (OTHER_LEVELS.includes(level)) return NO_FINDINGS;
  return error(isOld ? `unrecognized raid level: ${quote(level)}` : 'unrecognized raid level');
}

/** All at the list, but in profile 2.0.0, where each device is told of at its own place. */
function checkDevices({ name, devices }: IgnitionRaid, profile: Profile): Findings {
  if (profile === '2.0.0') return NO_FINDINGS;
  return devices
    .filter((device) => !device.startsWith('/'))
    .flatMap((device) =>
      error(
        profile === '2.1.0'
          ? `array ${quote(name)}: device path not absolute: ${quote(device)}`
          : 'path not absolute',
      ),
    );
}

/** `storage.raid[]` as Ignition has it: what is written, in which order, and what is checked. */
export const raidShape: Shape<IgnitionRaid> = shape<IgnitionRaid>(
  ['name', 'level', 'devices', 'spares'],
  [
    plain('devices', {
      always: ['2.3.0'],
      check: checkDevices,
      checkItem: (device, profile) => (profile === '2.0.0' ? checkAbsolute(device) : NO_FINDINGS),
    }),
    plain('level', {
      always: ['2.0.0', '2.3.0'],
      check: (one, profile) => (profile === '2.0.0' ? NO_FINDINGS : checkLevel(one, profile)),
    }),
    plain('name', { always: ['2.0.0', '2.3.0'] }),
    plain('options', { since: '2.2.0' }),
    plain('spares'),
  ],
  (one, profile) => (profile === '2.0.0' ? checkLevel(one, profile) : NO_FINDINGS),
);
