import type { Profile } from '../profiles.ts';
import { error, errorUnless, type Findings, NO_FINDINGS } from '../report.ts';
import { quote } from '../text/quote.ts';
import { readUnitContent } from '../text/unit-content.ts';

/** From the last dot behind the last slash. */
function extensionOf(name: string): string {
  const file = name.slice(name.lastIndexOf('/') + 1);
  const dot = file.lastIndexOf('.');
  return dot < 0 ? '' : file.slice(dot);
}

/** A unit's name must end in one of these. */
export function checkExtension(name: string, extensions: readonly string[], message: string): Findings {
  return errorUnless(extensions.includes(extensionOf(name)), message);
}

/** What is wrong with the text of a unit or a drop-in. */
export function checkContents(contents: string): Findings {
  const read = readUnitContent(contents);
  return 'problem' in read ? error(`invalid unit content: ${read.problem}`) : NO_FINDINGS;
}

/** The drop-ins of systemd end in `.conf`; each old profile words it in its own way. */
export function checkSystemdDropInName(name: string, profile: Profile): Findings {
  const message: Readonly<Record<Profile, string>> = {
    '2.0.0': 'invalid systemd unit drop-in extension',
    '2.1.0': `invalid systemd unit drop-in extension: ${quote(extensionOf(name))}`,
    '2.2.0': 'invalid systemd drop-in extension',
    '2.3.0': 'invalid systemd drop-in extension',
  };
  return checkExtension(name, ['.conf'], message[profile]);
}
