import type { Item } from '../item.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';
import { checkAbsolutePath } from './absolute-path.ts';
import { checkDevice } from './devices.ts';
import { checkFilesystemLabel } from './filesystem-label.ts';

/** A filesystem of 3.x. */
export const checkFilesystem: Check = (item, context) => {
  if (!isVersion3(context.spec)) return;
  const path = item.text('path') ?? '';
  if (path !== '') checkAbsolutePath(path, item.at('path'), context);
  checkDevice(item.text('device') ?? '', item.at('device'), context);
  const format = item.text('format') ?? '';
  if (format === '') checkFormatless(item, context);
  else checkFormat(format, item, context);
};

function checkFormat(format: string, item: Item, context: CheckContext): void {
  const formats = ['ext4', 'btrfs', 'xfs', 'swap', 'vfat', ...(isSince(context.spec, '3.3') ? ['none'] : [])];
  if (!formats.includes(format)) {
    const shown = JSON.stringify(format.slice(0, 40));
    context.findings.add(
      'filesystem-format',
      item.at('format'),
      `${shown} is no format that Ignition makes; use one of ${formats.join(', ')}`,
    );
  }
  checkFilesystemLabel(item.text('label') ?? '', format, item.at('label'), context);
}

/** Without a format nothing is made, so that nothing else can be wanted of the filesystem. */
function checkFormatless(item: Item, { findings }: CheckContext): void {
  const wanted = [
    ...['path', 'label', 'uuid'].filter((key) => (item.text(key) ?? '') !== ''),
    ...(item.isTrue('wipeFilesystem') ? ['wipeFilesystem'] : []),
    ...['options', 'mountOptions'].filter((key) => item.texts(key).length > 0),
  ];
  if (wanted.length === 0) return;
  findings.add(
    'filesystem-format-missing',
    item.at('format'),
    `there is no format, where ${wanted.map((key) => `"${key}"`).join(', ')} needs one; give "format"`,
  );
  if (wanted.includes('label')) {
    findings.add(
      'filesystem-format-missing',
      item.at('label'),
      'a label is given and no format; give "format" too',
    );
  }
}
