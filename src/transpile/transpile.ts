import type { Conversion, EtcdDialect, LocalFiles } from './conversion.ts';
import { toIgnitionName } from './ignition-names.ts';
import { checkShape } from './ignition2/check.ts';
import { convertConfig, countGeneratedUnits } from './ignition2/convert.ts';
import { documentShape } from './ignition2/document-shape.ts';
import { serialize } from './ignition2/serialize.ts';
import { isIgnition3, type OutputProfile, type Target } from './profiles.ts';
import { type ReadConfig, readConfig } from './read.ts';
import { error, hasError, Report, type ReportEntry } from './report.ts';
import { Place } from './schema/place.ts';
import { describeEtcd, type EtcdSettings } from './sections/etcd-settings.ts';
import { isSupportedPlatform } from './sections/platforms.ts';
import { writeModern } from './write-modern.ts';

/** How a configuration is transpiled. */
export interface TranspileOptions {
  /** The version of Ignition's specification to write. @default '2.3.0', or for Butane the oldest that will do */
  readonly profile?: OutputProfile;
  /** What to write; Butane is for the profiles of Ignition 3. @default 'ignition' */
  readonly to?: 'ignition' | 'butane';
  /** Where filesystems are mounted, by their names: to Ignition 3 that is what tells them apart. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** How members of etcd find each other, with Ignition 3. @default v3 from etcd 3.6 on, and v2 before */
  readonly etcdDialect?: EtcdDialect;
  /** A discovery URL that takes the place of the one in the section `etcd`, or of none. */
  readonly discoveryUrl?: string;
  /** Takes what Flatcar's transpiler takes as well: etcd 3.4 and 3.5, and more settings for updates. @default false */
  readonly flatcar?: boolean;
  /** Where the machines run: `ec2`, `gce` and so on. Needed where the configuration asks the machine for something. */
  readonly platform?: string;
  /** Indented by two spaces, with a newline at the end; else one line without. @default false */
  readonly pretty?: boolean;
  /** Takes every entry of the report for an error. @default false */
  readonly strict?: boolean;
  /** The files that `contents.local` may name. Without it such a file is an error. */
  readonly files?: LocalFiles;
  /**
   * Where entries point. `exact` is at the value itself. `ct` is where `ct` pointed, who stopped at aliases, and
   * counted the units that it made among those of the text. @default 'exact'
   */
  readonly positions?: 'exact' | 'ct';
}

/** What came of a configuration. */
export interface Transpiled {
  /** The document, as JSON; undefined if there is none because of an entry of the report. */
  readonly output: string | undefined;
  /** Everything that is to be said, in the order in which it was found. */
  readonly report: readonly ReportEntry[];
  /** Whether it was reading the configuration that failed. */
  readonly isUnreadable: boolean;
}

/**
 * Makes an Ignition configuration of a Container Linux Config, to the byte as the config transpiler `ct` did.
 * A bad configuration is no exception: see the report.
 */
export function transpile(input: string | Uint8Array, options: TranspileOptions = {}): Transpiled {
  const { strict = false } = options;
  const target = targetOf(options);
  const report = new Report();
  const isFatal = (): boolean => (strict ? report.entries.length > 0 : hasError(report.entries));
  const read = readWithDiscovery(input, options, report);
  if (read === undefined || isFatal())
    return { output: undefined, report: report.entries, isUnreadable: true };
  const output = convert(read, target, options, report);
  return { output: isFatal() ? undefined : output, report: report.entries, isUnreadable: false };
}

/** Ignition 3 is made of what the newest profile of `ct` makes. */
function targetOf({ flatcar: isFlatcar = false, profile = '2.3.0', to }: TranspileOptions): Target {
  const isModern = to === 'butane' || isIgnition3(profile);
  return { profile: isIgnition3(profile) ? '2.3.0' : profile, isFlatcar, isModern };
}

/** What a configuration tells etcd; undefined if it cannot be read, or has nothing to tell. */
export function readEtcdSettings(
  input: string | Uint8Array,
  options: TranspileOptions = {},
): EtcdSettings | undefined {
  const report = new Report();
  const read = readWithDiscovery(input, options, report);
  if (read?.config.etcd === undefined) return undefined;
  const { platform = '', files, etcdDialect } = options;
  const conversion: Conversion = { ...targetOf(options), platform, files, etcdDialect, report };
  return describeEtcd(read.config.etcd, placeOf(read, options, conversion).key('etcd'), conversion);
}

function readWithDiscovery(
  input: string | Uint8Array,
  options: TranspileOptions,
  report: Report,
): ReadConfig | undefined {
  const { discoveryUrl } = options;
  const read = readConfig(input, targetOf(options), report);
  const etcd = read?.config.etcd;
  if (etcd !== undefined && discoveryUrl !== undefined) {
    const { discovery_endpoints: _endpoints, discovery_token: _token, ...others } = etcd.options;
    etcd.options = { ...others, discovery: discoveryUrl };
  }
  return read;
}

/** Answers undefined if there is no document for an error. */
function convert(
  read: ReadConfig,
  target: Target,
  options: TranspileOptions,
  report: Report,
): string | undefined {
  const { platform = '', pretty = false, files, etcdDialect } = options;
  const { profile } = target;
  if (!isSupportedPlatform(platform, profile)) {
    report.add(error('unsupported platform'), undefined);
    return undefined;
  }
  const conversion: Conversion = { ...target, platform, files, etcdDialect, report };
  const place = placeOf(read, options, conversion);
  const document = convertConfig(read.config, place, conversion);
  if (hasError(report.entries)) return undefined;
  checkShape(documentShape, document, place, { ...target, report });
  if (hasError(report.entries)) return undefined;
  if (target.isModern) return writeModern({ config: read.config, document, place, report }, options);
  return serialize(documentShape, document, profile, pretty);
}

function placeOf(
  { config, document }: ReadConfig,
  { positions = 'exact' }: TranspileOptions,
  conversion: Conversion,
): Place {
  const root = document?.root;
  const exact =
    positions === 'exact' && document !== undefined
      ? { anchors: document.anchors, generatedUnits: countGeneratedUnits(config, conversion) }
      : undefined;
  return new Place(root, root?.start, { nameOf: toIgnitionName, exact });
}
