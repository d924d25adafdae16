import type { Item } from '../item.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';
import { checkAbsolutePath } from './absolute-path.ts';
import { checkFilesystemLabel } from './filesystem-label.ts';

/** A filesystem of 2.x is either one to mount, or one that has a path already. */
export const checkFilesystemPlace: Check = (item, context) => {
  const { spec, findings } = context;
  if (isVersion3(spec)) return;
  const path = item.text('path');
  if (item.has('mount') === (path !== undefined)) {
    const what = path === undefined ? 'neither "mount" nor "path"' : 'both "mount" and "path"';
    findings.add('filesystem-mount-or-path', item.path, `a filesystem has ${what}; give one of them`);
  }
  if (path !== undefined) checkAbsolutePath(path, item.at('path'), context);
};

/** How a filesystem of 2.x is mounted, and made. */
export const checkMount: Check = (item, context) => {
  const { spec, findings } = context;
  const formats = ['ext4', 'btrfs', 'xfs', ...(isSince(spec, '2.1') ? ['swap', 'vfat'] : [])];
  const format = item.text('format') ?? '';
  if (!formats.includes(format)) {
    const what =
      format === ''
        ? 'there is no format'
        : `${JSON.stringify(format.slice(0, 40))} is no format that Ignition makes`;
    findings.add('filesystem-format', item.at('format'), `${what}; use one of ${formats.join(', ')}`);
  }
  checkAbsolutePath(item.text('device') ?? '', item.at('device'), context);
  checkFilesystemLabel(item.text('label') ?? '', format, item.at('label'), context);
  if (item.has('create') && isSince(spec, '2.1')) checkCreate(item, context);
};

function checkCreate(item: Item, { findings }: CheckContext): void {
  findings.add(
    'mount-create-deprecated',
    item.at('create'),
    '"create" has given way to "wipeFilesystem" and "options" of the mount itself',
  );
  const others = [
    ...(item.isTrue('wipeFilesystem') ? ['wipeFilesystem'] : []),
    ...(item.texts('options').length > 0 ? ['options'] : []),
  ];
  for (const key of others) {
    findings.add(
      'mount-create-with-options',
      item.at(key),
      `a mount has both "create" and "${key}"; leave "create" out`,
    );
  }
}
