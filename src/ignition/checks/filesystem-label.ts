import { byteLength } from '../grammar/byte-length.ts';
import type { Path } from '../places.ts';
import type { CheckContext } from '../schema/declare.ts';

/** How long a label may be: by the manuals of the mkfs programs, and for swap by what mkswap cuts off. */
const LABEL_MAX_BYTES: Readonly<Record<string, number>> = {
  ext4: 16,
  btrfs: 256,
  xfs: 12,
  swap: 15,
  vfat: 11,
};

/** Looks at the label of a filesystem whose format is known. */
export function checkFilesystemLabel(
  label: string,
  format: string,
  path: Path,
  { findings }: CheckContext,
): void {
  const max = Object.hasOwn(LABEL_MAX_BYTES, format) ? LABEL_MAX_BYTES[format] : undefined;
  const length = byteLength(label);
  if (max === undefined || length <= max) return;
  findings.add(
    'filesystem-label-length',
    path,
    `the label has ${length} bytes, and that of ${format} may have ${max}`,
  );
}
