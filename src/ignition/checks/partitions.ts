import type { Item } from '../item.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';

/** The partitions of one disk beside each other. */
export const checkPartitions: Check = (disk, context) => {
  const partitions = disk.children('partitions');
  checkNumbers(partitions, context);
  if (isVersion3(context.spec)) checkLabels(partitions, context);
  checkAbsent(disk, partitions, context);
  checkUnits(disk, partitions, context);
};

function checkNumbers(partitions: readonly Item[], { findings }: CheckContext): void {
  const seen = new Set<bigint>();
  for (const partition of partitions) {
    // Any number of partitions may have the next free number, 0.
    const number = partition.whole('number') ?? 0n;
    if (seen.has(number)) {
      findings.add(
        'partition-number-twice',
        partition.path,
        `the disk has another partition of number ${number}`,
      );
    }
    if (number !== 0n) seen.add(number);
  }
}

function checkLabels(partitions: readonly Item[], { findings }: CheckContext): void {
  const seen = new Set<string>();
  for (const partition of partitions) {
    const label = partition.text('label');
    if (label === undefined) continue;
    if (seen.has(label)) {
      const shown = JSON.stringify(label.slice(0, 60));
      findings.add(
        'partition-label-twice',
        partition.path,
        `the disk has another partition with the label ${shown}`,
      );
    }
    seen.add(label);
  }
}

function checkAbsent(disk: Item, partitions: readonly Item[], { findings }: CheckContext): void {
  const isAnyAbsent = partitions.some((partition) => partition.isFalse('shouldExist'));
  const isAnyFree = partitions.some((partition) => (partition.whole('number') ?? 0n) === 0n);
  if (!isAnyAbsent || !isAnyFree) return;
  findings.add(
    'partition-absent-with-free-number',
    disk.at('partitions'),
    'a partition should not exist, and one has no number, so that it could take the place that becomes free; number all of them',
  );
}

function checkUnits(disk: Item, partitions: readonly Item[], { spec, findings }: CheckContext): void {
  if (!isSince(spec, '2.3')) return;
  const isAnyInMiB = partitions.some((partition) => partition.has('sizeMiB') || partition.has('startMiB'));
  const isAnyInSectors = partitions.some((partition) => partition.has('size') || partition.has('start'));
  if (!isAnyInMiB || !isAnyInSectors) return;
  findings.add(
    'partition-units-mixed',
    disk.at('partitions'),
    'some partitions are given in sectors and some in MiB; use MiB for all of a disk',
  );
}
