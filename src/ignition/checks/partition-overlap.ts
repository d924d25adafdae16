import type { Item } from '../item.ts';
import type { Check } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';

/** A partition that has a place: the first and the last unit of it. */
interface Extent {
  readonly partition: Item;
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Partitions may not overlap, as far as the document tells their places: one without a start, or with the start 0, goes
 * where there is room. A size of 0 takes what is free, and counts as one point. One of negative size is nowhere.
 */
export const checkOverlap: Check = (disk, { spec, findings }) => {
  const [startKey, sizeKey] = isVersion3(spec) ? ['startMiB', 'sizeMiB'] : ['start', 'size'];
  const extents = disk.children('partitions').flatMap((partition): Extent[] => {
    const first = partition.whole(startKey) ?? 0n;
    const size = partition.whole(sizeKey);
    // Before 2.3, a size that is not given was 0.
    if (first === 0n || (size === undefined && isSince(spec, '2.3'))) return [];
    const last = size === undefined || size === 0n ? first : first + size - 1n;
    return last < first ? [] : [{ partition, first, last }];
  });
  const sorted = extents.toSorted((a, b) => (a.first < b.first ? -1 : Number(a.first > b.first)));
  let reach: Extent | undefined;
  for (const extent of sorted) {
    if (reach !== undefined && extent.first <= reach.last) {
      const [a, b] = [reach, extent].map(({ partition }) => nameOf(partition));
      findings.add(
        'partition-overlap',
        extent.partition.path,
        `the partition ${b} overlaps the partition ${a}; move one of them`,
      );
    }
    if (reach === undefined || extent.last > reach.last) reach = extent;
  }
};

function nameOf(partition: Item): string {
  const number = partition.whole('number') ?? 0n;
  const label = partition.text('label');
  if (label !== undefined) return JSON.stringify(label.slice(0, 40));
  return number === 0n ? `at index ${partition.path.at(-1)}` : `${number}`;
}
