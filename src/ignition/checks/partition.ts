import { byteLength } from '../grammar/byte-length.ts';
import type { Item } from '../item.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';
import { checkGuid } from './guid.ts';

/** The name of a partition in a GPT has 36 places. */
const LABEL_MAX_BYTES = 36;
/** Partitions in sectors begin at whole MiB: 2048 sectors of 512 bytes. */
const ALIGNMENT_SECTORS = 2048n;

/** One partition by itself. */
export const checkPartition: Check = (item, context) => {
  checkPresence(item, context);
  checkLabel(item, context);
  checkGuid(item, 'guid', context);
  checkGuid(item, 'typeGuid', context);
  checkSectors(item, context);
};

function checkPresence(item: Item, { spec, findings }: CheckContext): void {
  const sizes = isVersion3(spec) ? ['startMiB', 'sizeMiB'] : ['start', 'size'];
  const isDescribed =
    ['label', ...sizes].some((key) => item.has(key)) ||
    ['guid', 'typeGuid'].some((key) => (item.text(key) ?? '') !== '');
  if (item.isFalse('shouldExist') && isDescribed) {
    findings.add(
      'partition-absent-with-options',
      item.path,
      'a partition that should not exist is told by its number only; leave out label, GUIDs, start and size',
    );
  }
  if (isVersion3(spec) && (item.whole('number') ?? 0n) === 0n && !item.has('label')) {
    findings.add(
      'partition-unnamed',
      item.path,
      'a partition has neither a number from 1 on nor a label; give one of them',
    );
  }
}

function checkLabel(item: Item, { spec, findings }: CheckContext): void {
  const label = item.text('label') ?? '';
  const path = item.at('label');
  const length = byteLength(label);
  if (length > LABEL_MAX_BYTES) {
    findings.add(
      'partition-label-length',
      path,
      `the label has ${length} bytes, and a partition's may have ${LABEL_MAX_BYTES}`,
    );
  } else if (label.includes(':')) {
    // The program that writes the table takes what follows a colon for another argument.
    if (isVersion3(spec))
      findings.add('partition-label-colon', path, 'the label of a partition may not have a ":"');
    else findings.add('partition-label-cut', path, 'the label is cut off at its ":"; leave that out');
  }
}

function checkSectors(item: Item, { spec, findings }: CheckContext): void {
  const inSectors = ['size', 'start'].filter((key) => item.has(key));
  const start = item.whole('start') ?? 0n;
  if (start % ALIGNMENT_SECTORS !== 0n) {
    findings.add(
      'partition-misaligned',
      item.at('start'),
      `the partition starts at sector ${start}, which is no multiple of ${ALIGNMENT_SECTORS} (1 MiB)`,
    );
  }
  if (!isSince(spec, '2.3')) return;
  for (const key of inSectors) {
    findings.add(
      'partition-sectors',
      item.at(key),
      `"${key}" counts sectors and is deprecated; use "${key}MiB"`,
    );
  }
  if (inSectors.length > 0 && (item.has('sizeMiB') || item.has('startMiB'))) {
    findings.add(
      'partition-units-mixed',
      item.path,
      'the partition is given in sectors and in MiB; use MiB alone',
    );
  }
}
