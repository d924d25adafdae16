import { byteLength } from '../grammar/byte-length.ts';
import type { Item } from '../item.ts';
import type { Check, CheckContext } from '../schema/declare.ts';
import { isSince } from '../spec.ts';
import { checkDevice } from './devices.ts';

/** The header of LUKS2 has 48 bytes for a label, of which the last is 0. */
const LABEL_MAX_BYTES = 47;

/** An encrypted volume. */
export const checkLuks: Check = (item, context) => {
  const { findings } = context;
  if ((item.text('name') ?? '').includes('/')) {
    findings.add(
      'luks-name',
      item.at('name'),
      'the name of a volume may not have a "/"; it stands below /dev/mapper',
    );
  }
  const length = byteLength(item.text('label') ?? '');
  if (length > LABEL_MAX_BYTES) {
    findings.add(
      'luks-label-length',
      item.at('label'),
      `the label has ${length} bytes, and that of LUKS may have ${LABEL_MAX_BYTES}`,
    );
  }
  checkDevice(item.text('device') ?? '', item.at('device'), context);
  checkCustom(item, context);
  checkCex(item, context);
};

/** What Clevis is told beside a custom pin. */
function hasPins(clevis: Item): boolean {
  return (
    clevis.children('tang').length > 0 || clevis.isTrue('tpm2') || (clevis.whole('threshold') ?? 0n) !== 0n
  );
}

function checkCustom(item: Item, { spec, findings }: CheckContext): void {
  const clevis = item.child('clevis');
  // In 3.2, the section itself counted, even an empty one.
  const isCustom = isSince(spec, '3.3')
    ? (clevis.child('custom').text('pin') ?? '') !== ''
    : clevis.has('custom');
  if (!isCustom || !hasPins(clevis)) return;
  findings.add(
    'clevis-custom-with-others',
    item.at('clevis'),
    'Clevis has a custom pin, and tang, tpm2 or threshold beside it; use the one or the others',
  );
}

/** A crypto card (CEX) holds the key: nothing else can. */
function checkCex(item: Item, { findings }: CheckContext): void {
  if (!item.child('cex').isTrue('enabled')) return;
  const clevis = item.child('clevis');
  if (hasPins(clevis) || (clevis.child('custom').text('pin') ?? '') !== '') {
    findings.add(
      'cex-with-others',
      item.at('cex'),
      'CEX is enabled and Clevis is given too; use one of them',
    );
  }
  if ((item.child('keyFile').text('source') ?? '') !== '') {
    findings.add(
      'cex-with-others',
      item.at('cex'),
      'CEX is enabled and a key file is given too; use one of them',
    );
  }
}
