import type { IgnitionFile } from '../ignition2/document.ts';
import type { Profile, Target } from '../profiles.ts';
import { error, type Findings, NO_FINDINGS, warning } from '../report.ts';
import { text, textNamed } from '../schema/scalars.ts';
import { type Field, struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { parseUrl } from '../text/url.ts';
import { textFile } from './files.ts';
import { type Locksmith, locksmithLines } from './locksmith.ts';

/** `update`: where a machine gets its updates. */
export interface Update {
  group: string;
  server: string;
  /** This and what follows is for Flatcar alone. */
  pcr_policy_server: string;
  download_user: string;
  download_password: string;
  machine_alias: string;
}

const GROUPS = ['stable', 'beta', 'alpha'];

function checkGroup({ group, server }: Update): Findings {
  const isFine = server !== '' || GROUPS.includes(group.toLowerCase());
  return isFine ? NO_FINDINGS : warning('unknown update group');
}

function checkServer({ server }: Update): Findings {
  const url = parseUrl(server);
  return typeof url === 'string' ? error(url) : NO_FINDINGS;
}

const group: Type<string> = textNamed('types.UpdateGroup');
const server: Field<string, Update> = { type: textNamed('types.UpdateServer'), check: checkServer };

const ofFlatcar: Type<Update> = struct<Update>(
  'Update',
  {
    group,
    server,
    pcr_policy_server: text,
    download_user: text,
    download_password: text,
    machine_alias: text,
  },
  checkGroup,
);

const ofCoreos: Type<Update> = struct<Pick<Update, 'group' | 'server'>>(
  'Update',
  { group, server },
  (section) => checkGroup(section as Update),
) as Type<Update>;

const typeFor = ({ isFlatcar }: Target): Type<Update> => (isFlatcar ? ofFlatcar : ofCoreos);

/** The fields of `update`, and what is checked of them. */
export const update: Type<Update> = {
  name: ofFlatcar.name,
  isUnchecked: false,
  zero: () => ofFlatcar.zero(),
  read: (node, current, reading) => typeFor(reading).read(node, current, reading),
  check: (value, place, context) => typeFor(context).check(value, place, context),
};

/** The lines of a section in `update.conf`; the first one is there even if it is empty. */
function updateLines(section: Partial<Update>): readonly string[] {
  const { group = '', server: url = '' } = section;
  const settings = [
    ['SERVER', url],
    ['PCR_POLICY_SERVER', section.pcr_policy_server],
    ['DOWNLOAD_USER', section.download_user],
    ['DOWNLOAD_PASSWORD', section.download_password],
    ['MACHINE_ALIAS', section.machine_alias],
  ] as const;
  return [
    group === '' ? '' : `GROUP=${group.toLowerCase()}`,
    ...settings.flatMap(([name, value = '']) => (value === '' ? [] : [`${name}=${value}`])),
  ];
}

/** The one file that `update` and `locksmith` share; none if there is nothing to write. */
export function convertUpdate(
  section: Update | undefined,
  locksmith: Locksmith | undefined,
  profile: Profile,
): IgnitionFile | undefined {
  const lines = locksmith === undefined ? [] : locksmithLines(locksmith, profile);
  const content = [...updateLines(section ?? {}), ...lines].join('\n');
  return content === '' ? undefined : textFile('/etc/coreos/update.conf', content);
}
