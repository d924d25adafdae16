import type { IgnitionDocument, IgnitionDropIn, IgnitionSystemdUnit } from '../ignition2/document.ts';
import { ifSet, nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { type Findings, NO_FINDINGS, warning } from '../report.ts';
import { listOf, optional } from '../schema/collections.ts';
import { bool, text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { quote } from '../text/quote.ts';
import { readUnitContent } from '../text/unit-content.ts';
import { checkContents, checkExtension, checkSystemdDropInName } from './unit-names.ts';

/** A piece of a unit that is laid over it. */
export interface DropIn {
  name: string;
  contents: string;
}

/** `systemd.units[]`. */
export interface SystemdUnit {
  name: string;
  enable: boolean;
  enabled: boolean | undefined;
  mask: boolean;
  contents: string;
  dropins: readonly DropIn[];
}

/** `systemd`. */
export interface Systemd {
  units: readonly SystemdUnit[];
}

const dropIn: Type<DropIn> = struct<DropIn>('SystemdUnitDropIn', { name: text, contents: text });

const unit: Type<SystemdUnit> = struct<SystemdUnit>('SystemdUnit', {
  name: text,
  enable: bool,
  enabled: { type: optional(bool), since: '2.1.0' },
  mask: bool,
  contents: text,
  dropins: listOf(dropIn),
});

/** The fields of `systemd`, and what is checked of them. */
export const systemd: Type<Systemd> = struct<Systemd>('Systemd', { units: listOf(unit) });

/** `systemd` in the terms of Ignition. */
export function convertSystemd({ units }: Systemd): IgnitionSystemdUnit[] {
  return units.map((one) => ({ ...one }));
}

/** A unit that a section makes: another one with a drop-in over it. */
export function unitWithDropIn(name: string, dropInName: string, contents: string): IgnitionSystemdUnit {
  return {
    contents: '',
    dropins: [{ contents, name: dropInName }],
    enable: true,
    enabled: undefined,
    mask: false,
    name,
  };
}

const EXTENSIONS: readonly string[] = [
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

/** Without an `[Install]` section there is nothing that enabling could act on. */
function checkInstall({ contents, enable, enabled, name }: IgnitionSystemdUnit, profile: Profile): Findings {
  if (profile < '2.2.0' || contents === '' || !(enable || enabled === true)) return NO_FINDINGS;
  const read = readUnitContent(contents);
  if ('problem' in read || read.sections.length === 0 || read.sections.includes('Install'))
    return NO_FINDINGS;
  return warning(`unit ${quote(name)} is enabled, but has no install section so enable does nothing`);
}

const dropInShape: Shape<IgnitionDropIn> = shape<IgnitionDropIn>(
  ['name', 'contents'],
  [
    plain('contents'),
    plain('name', {
      always: ['2.3.0'],
      check: ({ name }, profile) =>
        profile === '2.0.0' ? checkSystemdDropInName(name, profile) : NO_FINDINGS,
    }),
  ],
  ({ contents, name }, profile) => [
    ...checkContents(contents),
    ...(profile === '2.0.0' ? NO_FINDINGS : checkSystemdDropInName(name, profile)),
  ],
);

const unitShape: Shape<IgnitionSystemdUnit> = shape<IgnitionSystemdUnit>(
  ['name', 'enable', 'mask', 'contents', 'dropins'],
  [
    plain('contents', {
      check: (one, profile) =>
        profile === '2.0.0' ? NO_FINDINGS : [...checkContents(one.contents), ...checkInstall(one, profile)],
    }),
    nested('dropins', dropInShape),
    plain('enable'),
    ifSet('enabled', { since: '2.1.0' }),
    plain('mask'),
    plain('name', {
      always: ['2.3.0'],
      check: ({ name }) => checkExtension(name, EXTENSIONS, 'invalid systemd unit extension'),
    }),
  ],
  ({ contents }, profile) => (profile === '2.0.0' ? checkContents(contents) : NO_FINDINGS),
);

/** `systemd` as Ignition has it: what is written, in which order, and what is checked. */
export const systemdShape: Shape<IgnitionDocument['systemd']> = shape<IgnitionDocument['systemd']>(
  ['units'],
  [nested('units', unitShape, { place: (at) => at.key('units').withGeneratedUnits() })],
);
