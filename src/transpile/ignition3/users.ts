import type {
  IgnitionDocument,
  IgnitionGroup,
  IgnitionUser,
  IgnitionUserDetails,
} from '../ignition2/document.ts';
import type { Place } from '../schema/place.ts';
import { quote } from '../text/quote.ts';
import type { Group3, Ignition3Document, User3 } from './document.ts';
import { distinct, refuse, type Translation, textOrNone, trueOrNone } from './translation.ts';

/** The greatest number that Ignition 3.x reads. What is above it was written as a negative one for 2.x. */
const ID_MAX = 2n ** 63n - 1n;

function checkId(id: bigint | undefined, at: Place, translation: Translation): bigint | undefined {
  if (id !== undefined && (id < 0n || id > ID_MAX))
    refuse(translation, `an id is a number from 0 to ${ID_MAX}`, at);
  return id;
}

/** What `create` holds stands in the user itself: Ignition 3.x makes a user that is not there. */
function detailsOf({ create, ...own }: IgnitionUser, place: Place): [IgnitionUserDetails, Place] {
  return create === undefined ? [own, place] : [create, place.key('create')];
}

function translateUser(user: IgnitionUser, place: Place, translation: Translation): User3 {
  const { name, passwordHash, sshAuthorizedKeys } = user;
  const [details, at] = detailsOf(user, place);
  return {
    gecos: textOrNone(details.gecos),
    groups: distinct(details.groups, 'group', at.key('groups'), translation),
    homeDir: textOrNone(details.homeDir),
    name,
    noCreateHome: trueOrNone(details.noCreateHome),
    noLogInit: trueOrNone(details.noLogInit),
    noUserGroup: trueOrNone(details.noUserGroup),
    passwordHash,
    primaryGroup: textOrNone(details.primaryGroup),
    shell: textOrNone(details.shell),
    sshAuthorizedKeys: distinct(sshAuthorizedKeys, 'key', place.key('sshAuthorizedKeys'), translation),
    system: trueOrNone(details.system),
    uid: checkId(details.uid, at.key('uid'), translation),
  };
}

function translateGroup(
  { gid, name, passwordHash, system }: IgnitionGroup,
  place: Place,
  translation: Translation,
): Group3 {
  return {
    gid: checkId(gid, place.key('gid'), translation),
    name,
    passwordHash: textOrNone(passwordHash),
    system: trueOrNone(system),
  };
}

/** Each name may stand once, and there must be one. */
function checkNames(
  items: readonly { readonly name: string }[],
  what: string,
  place: Place,
  to: Translation,
): void {
  const seen = new Set<string>();
  for (const [index, { name }] of items.entries()) {
    if (name === '') refuse(to, `a ${what} needs a name`, place.item(index));
    else if (seen.has(name)) refuse(to, `the ${what} ${quote(name)} stands twice`, place.item(index));
    seen.add(name);
  }
}

/** The section `passwd`. */
export function translatePasswd(
  { groups, users }: IgnitionDocument['passwd'],
  place: Place,
  translation: Translation,
): Ignition3Document['passwd'] {
  const groupsAt = place.key('groups');
  const usersAt = place.key('users');
  checkNames(groups, 'group', groupsAt, translation);
  checkNames(users, 'user', usersAt, translation);
  return {
    groups: groups.map((one, index) => translateGroup(one, groupsAt.item(index), translation)),
    users: users.map((one, index) => translateUser(one, usersAt.item(index), translation)),
  };
}
