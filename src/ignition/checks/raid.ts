import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';
import { checkAbsolutePath } from './absolute-path.ts';

/** Levels that lose data with the first device that fails, so that a spare one is of no use. */
const WITHOUT_SPARES = ['linear', 'raid0', '0', 'stripe'];
const LEVELS = [
  ...WITHOUT_SPARES,
  'raid1',
  '1',
  'mirror',
  'raid4',
  '4',
  'raid5',
  '5',
  'raid6',
  '6',
  'raid10',
  '10',
];

/** A RAID array: its level, its devices. */
export const checkRaid: Check = (item, context) => {
  const { spec, findings } = context;
  const level = item.text('level') ?? '';
  if (!LEVELS.includes(level)) {
    const what =
      level === '' ? 'there is no RAID level' : `${JSON.stringify(level.slice(0, 40))} is no RAID level`;
    findings.add(
      'raid-level',
      item.at('level'),
      `${what}; use linear, raid0, raid1, raid4, raid5, raid6 or raid10`,
    );
  }
  if (WITHOUT_SPARES.includes(level) && (item.whole('spares') ?? 0n) !== 0n) {
    findings.add(
      'raid-spares',
      item.at('level'),
      `an array of level ${level} can have no spares; leave "spares" out`,
    );
  }
  const devices = item.texts('devices');
  if (devices.length === 0 && isVersion3(spec)) {
    findings.add(
      'raid-devices-missing',
      item.at('devices'),
      'an array has no devices, where some are required',
    );
  }
  for (const [index, device] of devices.entries())
    checkAbsolutePath(device, item.at('devices', index), context);
};
