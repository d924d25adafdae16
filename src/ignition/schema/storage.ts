import { checkDuplicates } from '../checks/duplicates.ts';
import { checkFilesystemsOnDisks } from '../checks/filesystems-on-disks.ts';
import { checkHardLinks } from '../checks/links.ts';
import { checkPathsBelowLinks } from '../checks/paths-below-links.ts';
import { many, type Section } from './declare.ts';
import { disk } from './disk.ts';
import { filesystem } from './filesystem.ts';
import { luks } from './luks.ts';
import { directory, file, link } from './node.ts';
import { raid } from './raid.ts';

/** Disks and what is on them. */
export const storage: Section = {
  name: 'the storage section',
  fields: {
    disks: many(disk),
    raid: many(raid),
    luks: many(luks, { since: '3.2' }),
    filesystems: many(filesystem),
    files: many(file),
    directories: many(directory, { since: '2.1' }),
    links: many(link, { since: '2.1' }),
  },
  checks: [
    checkPathsBelowLinks,
    checkHardLinks,
    checkFilesystemsOnDisks,
    // A path is one thing only: a directory, a file or a link.
    checkDuplicates({
      lists: [
        { key: 'directories', by: 'path' },
        { key: 'files', by: 'path' },
        { key: 'links', by: 'path' },
      ],
      isShared: true,
    }),
    checkDuplicates({
      lists: [
        { key: 'disks', by: 'device' },
        { key: 'filesystems', by: 'device' },
        { key: 'luks', by: 'name' },
        { key: 'raid', by: 'name' },
      ],
    }),
  ],
};
