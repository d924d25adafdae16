import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';
import { checkAbsolutePath } from './absolute-path.ts';

/** Where a file, directory or link is: in 2.x on a filesystem with a name. */
export const checkNodePath: Check = (item, context) => {
  if (!isVersion3(context.spec) && (item.text('filesystem') ?? '') === '') {
    context.findings.add(
      'filesystem-name-missing',
      item.at('filesystem'),
      'there is no filesystem, where one is required; give the name of one, such as "root"',
    );
  }
  checkAbsolutePath(item.text('path') ?? '', item.at('path'), context);
};

/** An owner is told by number or by name. */
export const checkOwner: Check = (item, { findings }) => {
  if (!item.has('id') || (item.text('name') ?? '') === '') return;
  findings.add('id-and-name', item.path, 'an owner has an id and a name; give one of them');
};
