import { checkDisk } from '../checks/devices.ts';
import { checkPartition } from '../checks/partition.ts';
import { checkOverlap } from '../checks/partition-overlap.ts';
import { checkPartitions } from '../checks/partitions.ts';
import { flag, many, type Section, text, whole } from './declare.ts';

const partition: Section = {
  name: 'a partition',
  fields: {
    label: text(),
    number: whole(),
    // In sectors of 512 bytes.
    size: whole({ until: '3.0' }, 64),
    start: whole({ until: '3.0' }, 64),
    sizeMiB: whole({ since: '2.3' }),
    startMiB: whole({ since: '2.3' }),
    guid: text({ since: '2.1' }),
    typeGuid: text(),
    shouldExist: flag({ since: '2.3' }),
    wipePartitionEntry: flag({ since: '2.3' }),
    resize: flag({ since: '3.2' }),
  },
  checks: [checkPartition],
};

/** A disk with its partition table. */
export const disk: Section = {
  name: 'a disk',
  fields: { device: text(), wipeTable: flag(), partitions: many(partition) },
  checks: [checkDisk, checkPartitions, checkOverlap],
};
