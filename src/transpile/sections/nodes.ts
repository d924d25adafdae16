import type { IgnitionNode, IgnitionOwner } from '../ignition2/document.ts';
import { ifSet, nested, plain, type Shape, type ShapeField, shape } from '../ignition2/shape.ts';
import type { Profile } from '../profiles.ts';
import { error, errorUnless, NO_FINDINGS } from '../report.ts';
import { optional } from '../schema/collections.ts';
import { bool, int, text } from '../schema/scalars.ts';
import { type Fields, struct } from '../schema/struct.ts';
import { checkAbsolute } from './paths.ts';

/** The user or the group that something belongs to. */
export interface Owner {
  id: bigint | undefined;
  name: string;
}

/** What files, directories and links have in common. */
export interface Node {
  filesystem: string;
  path: string;
  user: Owner | undefined;
  group: Owner | undefined;
  overwrite: boolean | undefined;
}

const ownerFields: Fields<Owner> = { id: optional(int), name: { type: text, since: '2.1.0' } };

/** The fields that files, directories and links begin with. */
export const NODE_FIELDS: Omit<Fields<Node>, 'overwrite'> = {
  filesystem: text,
  path: text,
  user: optional(struct<Owner>('FileUser', ownerFields)),
  group: optional(struct<Owner>('FileGroup', ownerFields)),
};

/** Whether what is there already is replaced. */
export const OVERWRITE_FIELD: Fields<Node>['overwrite'] = { type: optional(bool), since: '2.2.0' };

function convertOwner(owner: Owner | undefined, profile: Profile): IgnitionOwner | undefined {
  if (owner === undefined) return undefined;
  const { id, name } = owner;
  return { id: profile === '2.0.0' && id === 0n ? undefined : id, name };
}

/** What files, directories and links have in common, in the terms of Ignition. */
export function convertNode(
  { filesystem, path, user, group, overwrite }: Node,
  profile: Profile,
): IgnitionNode {
  return {
    filesystem: filesystem === '' && profile === '2.3.0' ? 'root' : filesystem,
    group: convertOwner(group, profile),
    overwrite,
    path,
    user: convertOwner(user, profile),
  };
}

/** The mode to write. Before 2.2.0 none can be told from 0. */
export function convertMode(
  given: bigint | undefined,
  standard: bigint,
  profile: Profile,
): bigint | undefined {
  const mode = given ?? (profile === '2.0.0' ? undefined : standard);
  return mode === 0n && profile < '2.2.0' ? undefined : mode;
}

const MODE_MAX = 0o7777n;

/** The `mode` of files and directories. */
export function modeField<T extends { mode: bigint | undefined }>(): ShapeField<T> {
  return ifSet<{ mode: bigint | undefined }>('mode', {
    check: ({ mode = 0n }) => errorUnless(mode >= 0n && mode <= MODE_MAX, 'illegal file mode'),
  });
}

const ownerShape: Shape<IgnitionOwner> = shape<IgnitionOwner>(
  ['id'],
  [ifSet('id'), plain('name')],
  ({ id, name }) => errorUnless(id === undefined || name === '', 'cannot set both id and name'),
);

/** The fields that stand first in files, directories and links. */
export const NODE_SHAPE_FIELDS: readonly ShapeField<IgnitionNode>[] = [
  plain('filesystem', {
    always: ['2.3.0'],
    check: ({ filesystem }, profile) =>
      profile === '2.0.0' || filesystem !== '' ? NO_FINDINGS : error('no filesystem specified'),
  }),
  nested('group', ownerShape, { always: ['2.0.0', '2.1.0'] }),
  ifSet('overwrite'),
  plain('path', { always: ['2.3.0'], check: ({ path }) => checkAbsolute(path) }),
  nested('user', ownerShape, { always: ['2.0.0', '2.1.0'] }),
];
