import type {
  IgnitionDocument,
  IgnitionGroup,
  IgnitionUser,
  IgnitionUserDetails,
} from '../ignition2/document.ts';
import { ifSet, nested, plain, type Shape, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, type Findings, NO_FINDINGS, warning } from '../report.ts';
import { listOf, optional } from '../schema/collections.ts';
import { bool, int, text, uint } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';

/** What a user is like. */
export interface UserDetails {
  uid: bigint | undefined;
  gecos: string;
  home_dir: string;
  no_create_home: boolean;
  primary_group: string;
  groups: readonly string[];
  no_user_group: boolean;
  system: boolean;
  no_log_init: boolean;
  shell: string;
}

/** `passwd.users[]`. */
export interface User extends UserDetails {
  name: string;
  password_hash: string | undefined;
  ssh_authorized_keys: readonly string[];
  create: UserDetails | undefined;
}

/** `passwd.groups[]`. */
export interface Group {
  name: string;
  gid: bigint | undefined;
  password_hash: string;
  system: boolean;
}

/** `passwd`. */
export interface Passwd {
  users: readonly User[];
  groups: readonly Group[];
}

const userCreate: Type<UserDetails> = struct<UserDetails>('UserCreate', {
  uid: optional(uint),
  gecos: text,
  home_dir: text,
  no_create_home: bool,
  primary_group: text,
  groups: listOf(text),
  no_user_group: bool,
  system: bool,
  no_log_init: bool,
  shell: text,
});

const user: Type<User> = struct<User>('User', {
  name: text,
  password_hash: optional(text),
  ssh_authorized_keys: listOf(text),
  create: optional(userCreate),
  uid: { type: optional(int), since: '2.1.0' },
  gecos: { type: text, since: '2.1.0' },
  home_dir: { type: text, since: '2.1.0' },
  no_create_home: { type: bool, since: '2.1.0' },
  primary_group: { type: text, since: '2.1.0' },
  groups: { type: listOf(text), since: '2.1.0' },
  no_user_group: { type: bool, since: '2.1.0' },
  system: { type: bool, since: '2.1.0' },
  no_log_init: { type: bool, since: '2.1.0' },
  shell: { type: text, since: '2.1.0' },
});

const group: Type<Group> = struct<Group>('Group', {
  name: text,
  gid: optional(uint),
  password_hash: text,
  system: bool,
});

/** The fields of `passwd`, and what is checked of them. */
export const passwd: Type<Passwd> = struct<Passwd>('Passwd', { users: listOf(user), groups: listOf(group) });

/** Numbers of users and groups were read without a sign, and from 2.1.0 on written with one. */
function convertId(id: bigint | undefined, profile: Profile): bigint | undefined {
  return id === undefined || profile === '2.0.0' ? id : BigInt.asIntN(64, id);
}

function convertDetails(given: UserDetails, profile: Profile): IgnitionUserDetails {
  const { gecos, groups, shell, system } = given;
  return {
    gecos,
    groups,
    homeDir: given.home_dir,
    noCreateHome: given.no_create_home,
    noLogInit: given.no_log_init,
    noUserGroup: given.no_user_group,
    primaryGroup: given.primary_group,
    shell,
    system,
    uid: convertId(given.uid, profile),
  };
}

function convertUser(given: User, profile: Profile): IgnitionUser {
  const { create, name, password_hash: passwordHash, ssh_authorized_keys: sshAuthorizedKeys } = given;
  // The first profile knew no other way to say that a user is to be made.
  const isMade = create !== undefined || (profile === '2.0.0' && name !== 'core');
  return {
    ...convertDetails(given, profile),
    create: isMade ? convertDetails(create ?? userCreate.zero(), profile) : undefined,
    name,
    passwordHash: profile === '2.0.0' && passwordHash === '' ? undefined : passwordHash,
    sshAuthorizedKeys,
  };
}

function convertGroup(given: Group, profile: Profile): IgnitionGroup {
  const { name, password_hash: passwordHash, system } = given;
  return { gid: convertId(given.gid, profile), name, passwordHash, system };
}

/** `passwd` in the terms of Ignition. */
export function convertPasswd({ users, groups }: Passwd, profile: Profile): IgnitionDocument['passwd'] {
  return {
    groups: groups.map((one) => convertGroup(one, profile)),
    users: users.map((one) => convertUser(one, profile)),
  };
}

const createShape: Shape<IgnitionUserDetails> = shape<IgnitionUserDetails>(
  [
    'uid',
    'gecos',
    'homeDir',
    'noCreateHome',
    'primaryGroup',
    'groups',
    'noUserGroup',
    'system',
    'noLogInit',
    'shell',
  ],
  [
    plain('gecos'),
    plain('groups'),
    plain('homeDir'),
    plain('noCreateHome'),
    plain('noLogInit'),
    plain('noUserGroup'),
    plain('primaryGroup'),
    plain('shell'),
    plain('system'),
    ifSet('uid'),
  ],
);

/** What a user has both in `create` and at its own level. */
function checkUser({ create, ...own }: IgnitionUser, profile: Profile): Findings {
  if (create === undefined || profile === '2.0.0') return NO_FINDINGS;
  const isSet: readonly (readonly [string, boolean])[] = [
    ['gecos', own.gecos !== ''],
    ['groups', own.groups.length > 0],
    ['homeDir', own.homeDir !== ''],
    ['noCreateHome', own.noCreateHome],
    ['noLogInit', own.noLogInit],
    ['noUserGroup', own.noUserGroup],
    ['primaryGroup', own.primaryGroup !== ''],
    ['shell', own.shell !== ''],
    ['system', own.system],
    ['uid', own.uid !== undefined],
  ];
  return [
    ...warning('the create object has been deprecated in favor of user-level options'),
    ...isSet
      .filter(([, given]) => given)
      .flatMap(([name]) => error(`cannot use both the create object and the user-level ${name} field`)),
  ];
}

const userShape: Shape<IgnitionUser> = shape<IgnitionUser>(
  ['name', 'passwordHash', 'sshAuthorizedKeys', 'create'],
  [
    nested('create', createShape),
    plain('gecos'),
    plain('groups'),
    plain('homeDir'),
    plain('name', { always: ['2.3.0'] }),
    plain('noCreateHome'),
    plain('noLogInit'),
    plain('noUserGroup'),
    ifSet('passwordHash'),
    plain('primaryGroup'),
    // Go sorts by its own names, and there "SSH" comes before "Shell".
    plain('sshAuthorizedKeys'),
    plain('shell'),
    plain('system'),
    ifSet('uid'),
  ],
  checkUser,
);

const groupShape: Shape<IgnitionGroup> = shape<IgnitionGroup>(
  ['name', 'gid', 'passwordHash', 'system'],
  [ifSet('gid'), plain('name', { always: ['2.3.0'] }), plain('passwordHash'), plain('system')],
);

/** `passwd` as Ignition has it: what is written, in which order, and what is checked. */
export const passwdShape: Shape<IgnitionDocument['passwd']> = shape<IgnitionDocument['passwd']>(
  ['users', 'groups'],
  [nested('groups', groupShape), nested('users', userShape)],
);
