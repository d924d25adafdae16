import type { Conversion, EtcdDialect } from '../conversion.ts';
import { error } from '../report.ts';
import type { Place } from '../schema/place.ts';
import { quote } from '../text/quote.ts';
import type { Version } from '../text/version.ts';
import { type Edition, edition, TOO_NEW_MINOR } from './etcd-edition.ts';
import { optionsOf } from './etcd-options.ts';
import { MODERN_ETCD_3, NEWEST_MODERN_MINOR, OLDEST_MODERN_MINOR } from './modern-etcd-options.ts';
import type { OptionValues } from './service-options.ts';

/** What the unit of Flatcar runs where nothing says a version. */
const MINOR_OF_FLATCAR = 5;
/** Where v3 discovery begins, and where there is no other any more. */
const FIRST_V3_MINOR = 6;
const FIRST_WITHOUT_V2_MINOR = 7;

/** The minor version of an etcd 3 that is run today; undefined for an older or a later one. */
export function modernMinor(version: Version | undefined): number | undefined {
  if (version === undefined) return MINOR_OF_FLATCAR;
  return version.major === 3n && version.minor >= OLDEST_MODERN_MINOR ? Number(version.minor) : undefined;
}

const EDITIONS: ReadonlyMap<number, Edition> = new Map(
  [4, 5, 6, 7].map((minor) => [minor, edition(optionsOf(MODERN_ETCD_3, minor))]),
);

/** The options of an etcd that is run today; undefined for an older or a later one. */
export function modernEdition(version: Version | undefined): Edition | undefined {
  const minor = modernMinor(version);
  if (minor === undefined) return undefined;
  const known = EDITIONS.get(Math.min(minor, NEWEST_MODERN_MINOR));
  return known && minor > NEWEST_MODERN_MINOR ? { ...known, findings: TOO_NEW_MINOR } : known;
}

/** The settings as flags, and further lines of the service. */
export interface ModernSettings {
  readonly options: OptionValues;
  readonly lines: readonly string[];
}

/** How the members find each other: as was asked for, or else over v3 as soon as their etcd can. */
function dialectOf(
  minor: number | undefined,
  { etcdDialect, report }: Conversion,
  place: Place,
): EtcdDialect | undefined {
  const hasV3 = minor !== undefined && minor >= FIRST_V3_MINOR;
  const dialect = etcdDialect ?? (hasV3 ? 'v3' : 'v2');
  if (dialect === 'v3' && !hasV3) {
    const message = 'v3 discovery begins with etcd 3.6: give the section a version, such as 3.7.0';
    report.add(error(message), place.key('version').start);
    return undefined;
  }
  if (dialect === 'v2' && minor !== undefined && minor >= FIRST_WITHOUT_V2_MINOR) {
    const message = `etcd 3.${minor} has v3 discovery only, which begins with etcd 3.6`;
    report.add(error(message), place.key('version').start);
    return undefined;
  }
  return dialect;
}

/** A service and the token behind it. What is in between may be a placeholder. */
const DISCOVERY_URL = /^(https?:\/\/[^/?#\s]+)(?:\/[^?#\s]*)?\/[^/?#\s]+$/i;

/** Makes of a discovery URL what v3 takes: the whole URL is the token, so that members of v2 and v3 meet. */
function withV3Discovery(options: OptionValues, { report }: Conversion, place: Place): OptionValues {
  const { discovery, discovery_endpoints: endpoints, discovery_token: token, ...others } = options;
  if (discovery === undefined || discovery === '')
    return { ...others, discovery_endpoints: endpoints, discovery_token: token };
  const at = place.key('discovery').start;
  const url = String(discovery);
  const [, origin] = DISCOVERY_URL.exec(url) ?? [];
  if (origin === undefined) {
    report.add(error(`${quote(url)} is no discovery URL: that is http://HOST:PORT/TOKEN`), at);
  }
  if (endpoints !== undefined || token !== undefined) {
    report.add(error('"discovery" becomes "discovery_token" and "discovery_endpoints": give either'), at);
  }
  return { ...others, discovery_endpoints: origin, discovery_token: url };
}

/**
 * What the unit says already, as variables: etcd from 3.4 on does not start where a flag stands beside its variable,
 * and the wrapper that starts it must know the folder.
 */
function besideTheUnit(options: OptionValues, { report }: Conversion, place: Place): ModernSettings {
  const { data_dir: dataDir, ...others } = options;
  const { name } = others;
  const lines: string[] = [];
  if (name !== undefined) lines.push('UnsetEnvironment=ETCD_NAME');
  if (dataDir === undefined || dataDir === '') return { options: others, lines };
  const folder = String(dataDir);
  if (/[{}]/.test(folder)) {
    const message = 'the unit is told of data_dir by a variable, which cannot hold a field of the machine';
    report.add(error(message), place.key('dataDir').start);
  }
  lines.push(`Environment=${quote(`ETCD_DATA_DIR=${folder}`)}`);
  return { options: others, lines };
}

/** What an etcd that is run today is started with. @param place of the section, by the names of Ignition */
export function modernSettings(
  version: Version | undefined,
  options: OptionValues,
  place: Place,
  conversion: Conversion,
): ModernSettings {
  const minor = modernMinor(version);
  const dialect = dialectOf(minor, conversion, place);
  const found = dialect === 'v3' ? withV3Discovery(options, conversion, place) : options;
  return minor === undefined ? { options: found, lines: [] } : besideTheUnit(found, conversion, place);
}
