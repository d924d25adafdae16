import type { Conversion } from '../conversion.ts';
import type { IgnitionSystemdUnit } from '../ignition2/document.ts';
import type { Profile } from '../profiles.ts';
import { quote } from '../text/quote.ts';
import { formatVersion, type Version } from '../text/version.ts';
import { unitWithDropIn } from './systemd.ts';
import { fillInOptions, hasBraces } from './templating.ts';

/** The value of an option of a service. */
export type OptionValue = string | bigint | boolean;

/** An option as it is given to the service. */
export interface GivenOption {
  readonly flag: string;
  readonly value: OptionValue | undefined;
}

/** A service that a section starts with options. */
export interface Service {
  readonly unit: string;
  readonly dropIn: string;
  readonly command: string;
  /** The variable that says which version is run. */
  readonly tagVariable: string;
}

/** Up to `ct` 0.8 an option that is set to nothing could not be told from one that is not set. */
export function isGiven(value: OptionValue | undefined, profile: Profile): value is OptionValue {
  if (value === undefined) return false;
  return profile >= '2.2.0' || !(value === '' || value === false || value === 0n);
}

const METADATA_UNIT = 'coreos-metadata.service';

/**
 * The unit of a service with the options laid over it; undefined if these ask for something that the platform does
 * not have. @param more further lines of the service
 */
export function convertService(
  { unit, dropIn, command, tagVariable }: Service,
  version: Version | undefined,
  options: readonly GivenOption[],
  { platform, profile, report }: Conversion,
  more: readonly string[] = [],
): IgnitionSystemdUnit | undefined {
  const written = options.flatMap(({ flag, value }) => {
    if (!isGiven(value, profile)) return [];
    return [`--${flag}=${typeof value === 'string' ? quote(value) : value}`];
  });
  const filled = fillInOptions(written, platform, report);
  if (filled === undefined) return undefined;
  const asksMachine = written.some(hasBraces);
  const unitLines = asksMachine ? [`Requires=${METADATA_UNIT}`, `After=${METADATA_UNIT}`] : [];
  const serviceLines = [
    ...(asksMachine ? ['EnvironmentFile=/run/metadata/coreos'] : []),
    ...(version === undefined ? [] : [`Environment="${tagVariable}=v${formatVersion(version)}"`]),
    'ExecStart=',
    [`ExecStart=${command}`, ...filled].join(' \\\n  '),
    ...more,
  ];
  const sections = [
    ...(unitLines.length === 0 ? [] : [['[Unit]', ...unitLines].join('\n')]),
    ['[Service]', ...serviceLines].join('\n'),
  ];
  return unitWithDropIn(unit, dropIn, sections.join('\n\n'));
}
