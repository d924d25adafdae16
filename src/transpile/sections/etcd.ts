import type { Conversion } from '../conversion.ts';
import type { IgnitionSystemdUnit } from '../ignition2/document.ts';
import type { Target } from '../profiles.ts';
import { error, warning } from '../report.ts';
import type { Place } from '../schema/place.ts';
import { checkKeys, struct } from '../schema/struct.ts';
import type { CheckContext, Type } from '../schema/type.ts';
import { formatVersion, isBefore, type Version } from '../text/version.ts';
import { type Edition, edition, TOO_NEW_MINOR } from './etcd-edition.ts';
import { etcd2Options, etcd3Options, NEWEST_ETCD_3_MINOR, optionsOf } from './etcd-options.ts';
import { FLATCAR_ETCD_3 } from './flatcar-etcd-options.ts';
import { modernEdition, modernSettings } from './modern-etcd.ts';
import { MODERN_ETCD_3 } from './modern-etcd-options.ts';
import { type OptionValues, versionType } from './service-options.ts';
import { convertService, type GivenOption, type Service } from './service-unit.ts';

/** `etcd`: the member that runs on the machine. */
export interface Etcd {
  version: Version | undefined;
  options: OptionValues;
}

const TOO_OLD: Edition = edition([], error('Etcd version specified is not valid (too old)'));
/** It has the options of the release that it came before. */
const TOO_OLD_BY_A_PRE_RELEASE: Edition = edition(etcd2Options(), TOO_OLD.findings);
const TOO_NEW: Edition = edition([], error('Etcd version is not valid (too new)'));
const ETCD_2: Edition = edition(etcd2Options());
const ETCD_2_NEWER: Edition = edition(etcd2Options(), TOO_NEW_MINOR);
const ETCD_3: readonly Edition[] = [
  ...[0, 1, 2, 3].map((minor) => edition(etcd3Options(minor))),
  ...[4, 5].map((minor) => edition(optionsOf(FLATCAR_ETCD_3, minor))),
];

/** The release of `ct` behind the first profile came before etcd 3.3. */
function newestMinor({ profile, isFlatcar }: Target): number {
  if (isFlatcar) return ETCD_3.length - 1;
  return profile === '2.0.0' ? NEWEST_ETCD_3_MINOR - 1 : NEWEST_ETCD_3_MINOR;
}

function etcd3(minor: bigint, target: Target): Edition {
  const newest = newestMinor(target);
  const isKnown = minor <= newest;
  const known = ETCD_3[isKnown ? Number(minor) : newest] ?? TOO_OLD;
  return isKnown ? known : { ...known, findings: TOO_NEW_MINOR };
}

function editionOf(version: Version | undefined, target: Target): Edition {
  const modern = target.isModern ? modernEdition(version) : undefined;
  if (modern !== undefined) return modern;
  if (version === undefined) return etcd3(target.isFlatcar ? 5n : 0n, target);
  const { major, minor } = version;
  if (isBefore(version, 2n, 3n)) return major === 2n && minor === 3n ? TOO_OLD_BY_A_PRE_RELEASE : TOO_OLD;
  if (major === 2n) return minor === 3n ? ETCD_2 : ETCD_2_NEWER;
  return major === 3n ? etcd3(minor, target) : TOO_NEW;
}

type Common = Pick<Etcd, 'version'>;

const common: Type<Common> = struct<Common>('etcdCommon', { version: versionType('EtcdVersion') });

/** Every option that some version has or had. */
const EVER: ReadonlySet<string> = new Set([
  ...[...etcd2Options(), ...etcd3Options(NEWEST_ETCD_3_MINOR)].map(({ key }) => key),
  ...MODERN_ETCD_3.map(([key]) => key),
]);

/** Tells of options that this version does not have, though others do. */
function checkAbsent(
  known: ReadonlySet<string>,
  version: Version | undefined,
  place: Place,
  { report }: CheckContext,
): void {
  const name = version === undefined ? 'the etcd of Flatcar' : `etcd ${formatVersion(version)}`;
  for (const [key, start] of place.unknownKeys(known)) {
    if (EVER.has(key)) report.add(warning(`${name} has no option ${key}: it is left out`), start);
  }
}

/** The fields of `etcd`, and what is checked of them. */
export const etcd: Type<Etcd> = {
  name: 'types.Etcd',
  isUnchecked: false,
  zero: () => ({ version: undefined, options: {} }),
  read(node, current, reader) {
    const before = reader.problemCount;
    const { version } = common.read(node, common.zero(), reader);
    if (reader.problemCount > before) return current;
    const { type } = editionOf(version, reader);
    return { version, options: type.read(node, type.zero(), reader) };
  },
  check({ version }, place, context) {
    const { options, findings } = editionOf(version, context);
    context.report.add(findings, place.key('version').start);
    const known = new Set(['version', ...options.map(({ key }) => key)]);
    if (context.isModern) checkAbsent(known, version, place, context);
    checkKeys(place, context.isModern ? new Set([...known, ...EVER]) : known, context);
  },
};

const SERVICE: Service = {
  unit: 'etcd-member.service',
  dropIn: '20-clct-etcd-member.conf',
  command: '/usr/lib/coreos/etcd-wrapper $ETCD_OPTS',
  tagVariable: 'ETCD_IMAGE_TAG',
};

interface EtcdStart {
  readonly flags: readonly GivenOption[];
  /** Further lines of the service. */
  readonly lines: readonly string[];
}

function startOf({ version, options: given }: Etcd, place: Place, conversion: Conversion): EtcdStart {
  const { options: known } = editionOf(version, conversion);
  const { options, lines } = conversion.isModern
    ? modernSettings(version, given, place, conversion)
    : { options: given, lines: [] };
  return { flags: known.map(({ key, flag }) => ({ flag, value: options[key] })), lines };
}

/** The flags of etcd; those that are not given have no value. */
export function etcdFlags(section: Etcd, place: Place, conversion: Conversion): readonly GivenOption[] {
  return startOf(section, place, conversion).flags;
}

/**
 * The unit that runs it; undefined if its options ask for something that the platform does not have.
 *
 * @param place of the section, by the names of Ignition
 */
export function convertEtcd(
  section: Etcd,
  place: Place,
  conversion: Conversion,
): IgnitionSystemdUnit | undefined {
  const { flags, lines } = startOf(section, place, conversion);
  return convertService(SERVICE, section.version, flags, conversion, lines);
}
