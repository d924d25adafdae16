import { extensionOf } from '../grammar/file-path.ts';
import type { Item } from '../item.ts';
import type { Rule } from '../rules.ts';
import type { Check, CheckContext } from '../schema/declare.ts';

const UNIT_EXTENSIONS = [
  '.service',
  '.socket',
  '.device',
  '.mount',
  '.automount',
  '.swap',
  '.target',
  '.path',
  '.timer',
  '.snapshot',
  '.slice',
  '.scope',
];

function checkExtension(rule: Rule, what: string, wanted: readonly string[]): Check {
  return (item: Item, { findings }: CheckContext) => {
    const name = item.text('name') ?? '';
    if (wanted.includes(extensionOf(name))) return;
    const found =
      name === '' ? 'there is no name' : `${JSON.stringify(name.slice(0, 80))} is not the name of ${what}`;
    findings.add(rule, item.at('name'), `${found}: it has to end with ${wanted.join(', ')}`);
  };
}

/** A unit's name says what it is. */
export const checkUnitName: Check = checkExtension('unit-name', 'a unit', UNIT_EXTENSIONS);

/** So does that of a unit of networkd. */
export const checkNetworkdName: Check = checkExtension('unit-name', 'a networkd unit', [
  '.link',
  '.netdev',
  '.network',
]);

/** Any other name of a drop-in is not looked at. */
export const checkDropinName: Check = checkExtension('dropin-name', 'a drop-in', ['.conf']);
