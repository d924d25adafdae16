import type { Item } from '../item.ts';
import type { CheckContext } from '../schema/declare.ts';

const GUID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;

/** A GUID of a partition or of its type. */
export function checkGuid(item: Item, key: string, { findings }: CheckContext): void {
  const guid = item.text(key) ?? '';
  if (guid === '' || GUID.test(guid)) return;
  findings.add(
    'guid-form',
    item.at(key),
    `${JSON.stringify(guid.slice(0, 60))} is no GUID; write it like "01234567-89AB-CDEF-EDCB-A98765432101"`,
  );
}
