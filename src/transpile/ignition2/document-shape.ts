import { type Findings, NO_FINDINGS, warning } from '../report.ts';
import { directoryShape } from '../sections/directories.ts';
import { diskShape } from '../sections/disks.ts';
import { fileShape } from '../sections/files.ts';
import { filesystemShape } from '../sections/filesystems.ts';
import { ignitionShape } from '../sections/ignition.ts';
import { linkShape } from '../sections/links.ts';
import { networkdShape } from '../sections/networkd.ts';
import { passwdShape } from '../sections/passwd.ts';
import { raidShape } from '../sections/raid.ts';
import { systemdShape } from '../sections/systemd.ts';
import { quote } from '../text/quote.ts';
import type { IgnitionDocument, IgnitionNode, IgnitionStorage } from './document.ts';
import { nested, type Shape, shape } from './shape.ts';

const storageShape: Shape<IgnitionStorage> = shape<IgnitionStorage>(
  ['disks', 'raid', 'filesystems', 'files'],
  [
    nested('directories', directoryShape),
    nested('disks', diskShape),
    nested('files', fileShape),
    nested('filesystems', filesystemShape),
    nested('links', linkShape),
    nested('raid', raidShape),
  ],
);

/** The filesystem that every machine has. */
const ROOT = 'root';

function checkReferences({ storage }: IgnitionDocument): Findings {
  const known = new Set([ROOT, '', ...storage.filesystems.map(({ name }) => name)]);
  const check = (kind: string, nodes: readonly IgnitionNode[]): Findings =>
    nodes
      .filter(({ filesystem }) => !known.has(filesystem))
      .flatMap(({ path, filesystem }) =>
        warning(
          `${kind} ${quote(path)} references nonexistent filesystem ${quote(filesystem)}. (This is ok if it is defined in a referenced config)`,
        ),
      );
  return [
    ...check('File', storage.files),
    ...check('Link', storage.links),
    ...check('Directory', storage.directories),
  ];
}

function checkNames({ storage: { filesystems } }: IgnitionDocument): Findings {
  const seen = new Set([ROOT]);
  return filesystems.flatMap(({ name }) => {
    if (seen.has(name)) return warning(`Filesystem ${quote(name)} shadows exising filesystem definition`);
    seen.add(name);
    return NO_FINDINGS;
  });
}

/** A whole document for Ignition 2.x. */
export const documentShape: Shape<IgnitionDocument> = shape<IgnitionDocument>(
  ['ignition', 'storage', 'systemd', 'networkd', 'passwd'],
  [
    nested('ignition', ignitionShape),
    nested('networkd', networkdShape),
    nested('passwd', passwdShape),
    nested('storage', storageShape),
    nested('systemd', systemdShape),
  ],
  (document) => [...checkReferences(document), ...checkNames(document)],
);
