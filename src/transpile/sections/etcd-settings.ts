import type { Conversion } from '../conversion.ts';
import { toIgnitionName } from '../ignition-names.ts';
import { Report } from '../report.ts';
import type { Place } from '../schema/place.ts';
import { type Etcd, etcdFlags } from './etcd.ts';
import { modernMinor } from './modern-etcd.ts';

/** A flag that etcd is started with, and where it comes from. */
export interface EtcdSetting {
  /** Without dashes. */
  readonly flag: string;
  /** The key of the section. */
  readonly key: string;
  /** As it was written, with names in braces for what only the machine knows. */
  readonly value: string;
  /** Where the value stands, from 1; there is none for what came through a merge. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** What a configuration tells etcd. */
export interface EtcdSettings {
  /** Major and minor, such as `3.7`; undefined where it is not known. */
  readonly version: string | undefined;
  /** Whether the unit gives the member a name that the flags do not take the place of. */
  readonly isNamedByUnit: boolean;
  readonly settings: readonly EtcdSetting[];
  /** Where the section stands. */
  readonly line: number | undefined;
  readonly column: number | undefined;
}

/** v3 discovery is told by the URL of v2. */
const MADE_OF_DISCOVERY = ['discovery_token', 'discovery_endpoints'];

function positionOf({ start }: Place): { line: number | undefined; column: number | undefined } {
  return { line: start && start.line + 1, column: start && start.column + 1 };
}

function versionTextOf({ version }: Etcd, minor: number | undefined): string | undefined {
  if (version !== undefined) return `${version.major}.${version.minor}`;
  return minor === undefined ? undefined : `3.${minor}`;
}

/** What a section tells etcd. @param place of the section, by the names of Ignition */
export function describeEtcd(section: Etcd, place: Place, conversion: Conversion): EtcdSettings {
  const { options, version } = section;
  const { isModern } = conversion;
  // What is wrong is told where the section is converted.
  const flags = etcdFlags(section, place, { ...conversion, report: new Report() });
  const settings = flags.flatMap(({ flag, value }): EtcdSetting[] => {
    if (value === undefined) return [];
    const own = flag.replaceAll('-', '_');
    const key = MADE_OF_DISCOVERY.includes(own) && options[own] === undefined ? 'discovery' : own;
    return [{ flag, key, value: String(value), ...positionOf(place.key(toIgnitionName(key))) }];
  });
  const minor = isModern ? modernMinor(version) : undefined;
  const isRenamed = minor !== undefined && settings.some(({ flag }) => flag === 'name');
  return {
    version: versionTextOf(section, minor),
    isNamedByUnit: !isRenamed,
    settings,
    ...positionOf(place),
  };
}
