import { checkDuplicates } from '../checks/duplicates.ts';
import { checkUserCreate } from '../checks/user-create.ts';
import { flag, many, one, type Section, text, texts, whole } from './declare.ts';

const create: Section = {
  name: 'the create section of a user',
  fields: {
    uid: whole({}, 64),
    gecos: text(),
    homeDir: text(),
    noCreateHome: flag(),
    primaryGroup: text(),
    groups: texts(),
    noUserGroup: flag(),
    system: flag(),
    noLogInit: flag(),
    shell: text(),
  },
};

const user: Section = {
  name: 'a user',
  fields: {
    name: text(),
    passwordHash: text(),
    sshAuthorizedKeys: texts(),
    create: one(create, { until: '3.0' }),
    uid: whole({ since: '2.1' }),
    gecos: text({ since: '2.1' }),
    homeDir: text({ since: '2.1' }),
    noCreateHome: flag({ since: '2.1' }),
    primaryGroup: text({ since: '2.1' }),
    groups: texts({ since: '2.1' }),
    noUserGroup: flag({ since: '2.1' }),
    system: flag({ since: '2.1' }),
    noLogInit: flag({ since: '2.1' }),
    shell: text({ since: '2.1' }),
    shouldExist: flag({ since: '3.2' }),
  },
  checks: [checkUserCreate, checkDuplicates({ lists: [{ key: 'groups' }, { key: 'sshAuthorizedKeys' }] })],
};

const group: Section = {
  name: 'a group',
  fields: {
    name: text(),
    gid: whole({}, 64),
    passwordHash: text(),
    system: flag(),
    shouldExist: flag({ since: '3.2' }),
  },
};

/** Users and groups. */
export const passwd: Section = {
  name: 'the passwd section',
  fields: { users: many(user), groups: many(group) },
  checks: [
    checkDuplicates({
      lists: [
        { key: 'groups', by: 'name' },
        { key: 'users', by: 'name' },
      ],
    }),
  ],
};
