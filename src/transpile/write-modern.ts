import { toButane } from './butane/to-butane.ts';
import type { IgnitionDocument } from './ignition2/document.ts';
import { toJson } from './ignition3/to-json.ts';
import { translateDocument } from './ignition3/translate.ts';
import { toTree } from './ignition3/tree.ts';
import { type Ignition3Profile, isIgnition3, type OutputProfile } from './profiles.ts';
import { error, hasError, type Report } from './report.ts';
import type { Place } from './schema/place.ts';
import type { Config } from './sections/config.ts';

/** A configuration that was converted for Ignition 2.3.0, and found to be fine. */
export interface Converted {
  readonly config: Config;
  readonly document: IgnitionDocument;
  /** Where it stands, looked up by the names of Ignition. */
  readonly place: Place;
  readonly report: Report;
}

/** What is to be written. */
export interface ModernOptions {
  readonly profile?: OutputProfile;
  readonly to?: 'ignition' | 'butane';
  readonly pretty?: boolean;
  readonly mounts?: Readonly<Record<string, string>>;
}

/** Modes with bits that 3.3.0 does not have. */
function hasSpecialModes({ storage: { directories, files } }: IgnitionDocument): boolean {
  return [...directories, ...files].some(({ mode = 0n }) => mode > 0o777n);
}

function profileOf({ profile }: ModernOptions, document: IgnitionDocument): Ignition3Profile | undefined {
  if (profile === undefined) return hasSpecialModes(document) ? '3.4.0' : '3.3.0';
  return isIgnition3(profile) ? profile : undefined;
}

/** Writes a document for Ignition 3, or the Butane config for one. Answers undefined if there is none for an error. */
export function writeModern(
  { config, document, place, report }: Converted,
  options: ModernOptions,
): string | undefined {
  const profile = profileOf(options, document);
  if (profile === undefined) {
    const message = `Butane makes Ignition 3 only: with ${options.profile} there is none, choose 3.3.0 or 3.4.0`;
    report.add(error(message), undefined);
    return undefined;
  }
  const mounts = new Map(Object.entries(options.mounts ?? {}));
  const filesWithMode = new Set(
    config.storage.files.flatMap(({ mode }, index) => (mode === undefined ? [] : [index])),
  );
  const translation = { profile, mounts, report };
  const tree = toTree(translateDocument(document, place, filesWithMode, translation));
  if (hasError(report.entries)) return undefined;
  return options.to === 'butane' ? toButane(tree, profile) : toJson(tree, options.pretty ?? false);
}
