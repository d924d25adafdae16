import { checkFilesystem } from '../checks/filesystem.ts';
import { checkFilesystemPlace, checkMount } from '../checks/mount.ts';
import { flag, one, type Section, text, texts } from './declare.ts';

const create: Section = {
  name: 'the create section of a mount',
  fields: { force: flag(), options: texts() },
};

const mount: Section = {
  name: 'a mount',
  fields: {
    device: text(),
    format: text(),
    create: one(create),
    wipeFilesystem: flag({ since: '2.1' }),
    label: text({ since: '2.1' }),
    uuid: text({ since: '2.1' }),
    options: texts({ since: '2.1' }),
  },
  checks: [checkMount],
};

/** A filesystem: in 2.x with a name, and a mount or a path; in 3.x with the keys of the mount. */
export const filesystem: Section = {
  name: 'a filesystem',
  fields: {
    name: text({ until: '3.0' }),
    mount: one(mount, { until: '3.0' }),
    path: text(),
    device: text({ since: '3.0' }),
    format: text({ since: '3.0' }),
    wipeFilesystem: flag({ since: '3.0' }),
    label: text({ since: '3.0' }),
    uuid: text({ since: '3.0' }),
    options: texts({ since: '3.0' }),
    mountOptions: texts({ since: '3.1' }),
  },
  checks: [checkFilesystemPlace, checkFilesystem],
};
