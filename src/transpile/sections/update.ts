import type { IgnitionFile } from '../ignition2/document.ts';
import type { Profile } from '../profiles.ts';
import { error, NO_FINDINGS, warning } from '../report.ts';
import { text } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { parseUrl } from '../text/url.ts';
import { textFile } from './files.ts';
import { type Locksmith, locksmithLines } from './locksmith.ts';

/** `update`: where a machine gets its updates. */
export interface Update {
  group: string;
  server: string;
}

const GROUPS = ['stable', 'beta', 'alpha'];

export const update: Type<Update> = struct<Update>(
  'Update',
  {
    group: text,
    server: {
      type: text,
      check({ server }: Update) {
        const url = parseUrl(server);
        return typeof url === 'string' ? error(url) : NO_FINDINGS;
      },
    },
  },
  ({ group, server }) =>
    server !== '' || GROUPS.includes(group.toLowerCase()) ? NO_FINDINGS : warning('unknown update group'),
);

/** The one file that `update` and `locksmith` share; none if there is nothing to write. */
export function convertUpdate(
  section: Update | undefined,
  locksmith: Locksmith | undefined,
  profile: Profile,
): IgnitionFile | undefined {
  const { group = '', server = '' } = section ?? {};
  const lines = locksmith === undefined ? [] : locksmithLines(locksmith, profile);
  const content = [
    group === '' ? '' : `GROUP=${group.toLowerCase()}`,
    ...(server === '' ? [] : [`SERVER=${server}`]),
    ...lines,
  ].join('\n');
  return content === '' ? undefined : textFile('/etc/coreos/update.conf', content);
}
