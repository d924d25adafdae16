import { checkAppend, checkOverwrite } from '../checks/file-contents.ts';
import { checkLinkTarget } from '../checks/links.ts';
import { checkMode } from '../checks/mode.ts';
import { checkNodePath, checkOwner } from '../checks/node.ts';
import { type Field, flag, many, one, type Section, text, whole } from './declare.ts';
import { fileContents } from './resource.ts';

const owner: Section = {
  name: 'an owner',
  fields: { id: whole(), name: text({ since: '2.1' }) },
  checks: [checkOwner],
};

/** What files, directories and links have in common. */
const node: Readonly<Record<string, Field | readonly Field[]>> = {
  path: text(),
  filesystem: text({ until: '3.0' }),
  user: one(owner),
  group: one(owner),
};

export const file: Section = {
  name: 'a file',
  fields: {
    ...node,
    overwrite: flag({ since: '2.2' }),
    // In 2.x, whether the contents are put behind what is there; in 3.x, what is put there.
    append: [flag({ since: '2.2', until: '3.0' }), many(fileContents, { since: '3.0' })],
    contents: one(fileContents),
    mode: whole({}, 32),
  },
  checks: [checkNodePath, checkMode, checkOverwrite, checkAppend],
};

export const directory: Section = {
  name: 'a directory',
  fields: { ...node, overwrite: flag({ since: '2.2' }), mode: whole() },
  checks: [checkNodePath, checkMode],
};

export const link: Section = {
  name: 'a link',
  fields: { ...node, overwrite: flag({ since: '2.2' }), target: text(), hard: flag() },
  checks: [checkNodePath, checkLinkTarget],
};
