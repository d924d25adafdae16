import type { Check } from '../schema/declare.ts';
import { isSince } from '../spec.ts';

/** What a user may have itself since 2.1, and must not have beside `create`. */
const FIELDS = [
  'gecos',
  'groups',
  'homeDir',
  'noCreateHome',
  'noLogInit',
  'noUserGroup',
  'primaryGroup',
  'shell',
  'system',
  'uid',
];

/** `create` of a user has given way to keys of the user. */
export const checkUserCreate: Check = (item, { spec, findings }) => {
  if (!item.has('create') || !isSince(spec, '2.1')) return;
  findings.add(
    'user-create-deprecated',
    item.at('create'),
    'the keys of "create" have moved into the user itself',
  );
  for (const key of FIELDS) {
    const value = item.get(key);
    const isGiven = typeof value === 'bigint' || value === true || (Array.isArray(value) && value.length > 0);
    if (!isGiven && (item.text(key) ?? '') === '') continue;
    findings.add(
      'user-create-with-options',
      item.at(key),
      `a user has both "create" and "${key}"; leave "create" out`,
    );
  }
};
