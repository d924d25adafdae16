import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

const UNITS = '/etc/systemd/system/';

/** A unit with contents is a file already. Ignition 2.15 and newer refuse a second one in its place. */
export const checkUnitPaths: Check = (item, { spec, findings }) => {
  if (!isVersion3(spec)) return;
  const taken = new Set<string>();
  for (const unit of item.child('systemd').children('units')) {
    const path = `${UNITS}${unit.text('name') ?? ''}`;
    if ((unit.text('contents') ?? '') !== '') taken.add(path);
    for (const dropin of unit.children('dropins')) {
      if ((dropin.text('contents') ?? '') !== '') taken.add(`${path}.d/${dropin.text('name') ?? ''}`);
    }
  }
  const storage = item.child('storage');
  for (const key of ['files', 'directories', 'links']) {
    for (const node of storage.children(key)) {
      const path = node.text('path') ?? '';
      if (!taken.has(path)) continue;
      findings.add(
        'path-of-unit',
        node.at('path'),
        `${JSON.stringify(path.slice(0, 80))} is written by a unit or drop-in of this document too; keep one of the two`,
      );
    }
  }
};
