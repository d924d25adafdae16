import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** A filesystem on a whole disk leaves nothing of the disk's partitions. */
export const checkFilesystemsOnDisks: Check = (item, { spec, findings }) => {
  if (!isVersion3(spec)) return;
  const disks = new Map(item.children('disks').map((disk) => [disk.text('device') ?? '', disk]));
  for (const filesystem of item.children('filesystems')) {
    const disk = disks.get(filesystem.text('device') ?? '');
    if (disk === undefined) continue;
    if (disk.children('partitions').length > 0) {
      findings.add(
        'filesystem-over-partitions',
        filesystem.at('device'),
        'the filesystem is made on the whole disk, over the partitions that this document makes there; name one of them',
      );
    } else if (disk.isTrue('wipeTable') && !filesystem.isTrue('wipeFilesystem')) {
      findings.add(
        'filesystem-wiped-with-disk',
        filesystem.at('device'),
        'the disk\'s "wipeTable" wipes this filesystem too, whatever "wipeFilesystem" says; set that to true, to say so',
      );
    }
  }
};
