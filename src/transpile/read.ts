import type { Target } from './profiles.ts';
import { error, type Report, warning } from './report.ts';
import { Place } from './schema/place.ts';
import { Reader } from './schema/reader.ts';
import { type Config, config } from './sections/config.ts';
import { ReadFailure } from './yaml/failure.ts';
import { decodeInput } from './yaml/input.ts';
import type { YamlDocument } from './yaml/nodes.ts';
import { parseYaml } from './yaml/parse.ts';

/** A configuration as it was read, with the text that it stands in. */
export interface ReadConfig {
  readonly config: Config;
  /** Undefined for an empty text. */
  readonly document: YamlDocument | undefined;
}

/** Reads a Container Linux Config and checks it. Answers undefined, and says why in the report, if it is none. */
export function readConfig(
  input: string | Uint8Array,
  target: Target,
  report: Report,
): ReadConfig | undefined {
  try {
    const document = parseYaml(decodeInput(input));
    const value = readDocument(document, target);
    if (document === undefined) report.add(warning('Configuration is empty'), undefined);
    const root = document?.root;
    const place = new Place(root, root?.start, { nameOf: (key) => key, exact: undefined });
    config.check(value, place, { ...target, report });
    return { config: value, document };
  } catch (failure) {
    if (!(failure instanceof ReadFailure)) throw failure;
    report.add(error(failure.message), undefined);
    return undefined;
  }
}

function readDocument(document: YamlDocument | undefined, target: Target): Config {
  if (document === undefined) return config.zero();
  const reader = new Reader(document, target);
  const value = reader.read(config, document.root, config.zero());
  reader.assertFits();
  return value;
}
