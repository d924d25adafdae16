import type { Path } from '../places.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { checkAbsolutePath } from './absolute-path.ts';

/** A device is named by its path below /dev. */
export function checkDevice(device: string, path: Path, context: CheckContext): void {
  if (device !== '') checkAbsolutePath(device, path, context);
  else
    context.findings.add(
      'device-missing',
      path,
      'there is no device, where one is required; give its path, such as "/dev/sda"',
    );
}

/** The device of a disk. */
export const checkDisk: Check = (item, context) => {
  checkDevice(item.text('device') ?? '', item.at('device'), context);
};
