import type { IgnitionDocument, IgnitionDropIn, IgnitionNetworkdUnit } from '../ignition2/document.ts';
import { nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { type Findings, NO_FINDINGS } from '../report.ts';
import { listOf } from '../schema/collections.ts';
import { text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import type { DropIn } from './systemd.ts';
import { checkContents, checkExtension } from './unit-names.ts';

/** `networkd.units[]`. */
export interface NetworkdUnit {
  name: string;
  contents: string;
  dropins: readonly DropIn[];
}

/** `networkd`. */
export interface Networkd {
  units: readonly NetworkdUnit[];
}

const dropIn: Type<DropIn> = struct<DropIn>('NetworkdUnitDropIn', { name: text, contents: text });

const unit: Type<NetworkdUnit> = struct<NetworkdUnit>('NetworkdUnit', {
  name: text,
  contents: text,
  dropins: { type: listOf(dropIn), since: '2.2.0' },
});

/** The fields of `networkd`, and what is checked of them. */
export const networkd: Type<Networkd> = struct<Networkd>('Networkd', { units: listOf(unit) });

/** `networkd` in the terms of Ignition. */
export function convertNetworkd({ units }: Networkd): IgnitionNetworkdUnit[] {
  return units.map((one) => ({ ...one }));
}

function checkUnitName({ name }: IgnitionNetworkdUnit): Findings {
  return checkExtension(name, ['.link', '.netdev', '.network'], 'invalid networkd unit extension');
}

const dropInShape: Shape<IgnitionDropIn> = shape<IgnitionDropIn>(
  [],
  [plain('contents'), plain('name', { always: ['2.3.0'] })],
  ({ contents, name }) => [
    ...checkContents(contents),
    ...checkExtension(name, ['.conf'], 'invalid networkd drop-in extension'),
  ],
);

const inProfile20 = (profile: Profile): boolean => profile === '2.0.0';

const unitShape: Shape<IgnitionNetworkdUnit> = shape<IgnitionNetworkdUnit>(
  ['name', 'contents'],
  [
    plain('contents'),
    nested('dropins', dropInShape, { since: '2.2.0' }),
    plain('name', {
      always: ['2.3.0'],
      check: (one, profile) => (inProfile20(profile) ? checkUnitName(one) : NO_FINDINGS),
    }),
  ],
  (one, profile) => [
    ...checkContents(one.contents),
    ...(inProfile20(profile) ? NO_FINDINGS : checkUnitName(one)),
  ],
);

/** `networkd` as Ignition has it: what is written, in which order, and what is checked. */
export const networkdShape: Shape<IgnitionDocument['networkd']> = shape<IgnitionDocument['networkd']>(
  ['units'],
  [nested('units', unitShape)],
);
