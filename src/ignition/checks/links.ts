import { cleanPath, isAbsolute } from '../grammar/file-path.ts';
import type { Check } from '../schema/declare.ts';
import { isSince, isVersion3 } from '../spec.ts';

/** What a link points to. */
export const checkLinkTarget: Check = (item, { spec, findings }) => {
  if (!isSince(spec, '3.3') || (item.text('target') ?? '') !== '') return;
  findings.add('link-target-missing', item.at('target'), 'a link has no target, where one is required');
};

/** Hard links are another name of a file: of no directory, and with no owner of their own. */
export const checkHardLinks: Check = (item, { spec, findings }) => {
  if (!isVersion3(spec)) return;
  const directories = new Set(item.children('directories').map((directory) => directory.text('path') ?? ''));
  for (const link of item.children('links')) {
    const target = link.text('target') ?? '';
    if (!link.isTrue('hard') || (target === '' && isSince(spec, '3.3'))) continue;
    const place = isAbsolute(target) ? cleanPath(target) : cleanPath(`${link.text('path') ?? ''}/${target}`);
    if (directories.has(place)) {
      findings.add(
        'hard-link-to-directory',
        link.path,
        `a hard link to ${JSON.stringify(place)}, which is a directory`,
      );
    }
    for (const [owner, key] of [
      ['user', 'id'],
      ['user', 'name'],
      ['group', 'id'],
      ['group', 'name'],
    ] as const) {
      if (!link.child(owner).has(key)) continue;
      findings.add(
        'hard-link-owner',
        link.at(owner, key),
        `the ${owner} of a hard link is that of its target, and Ignition ignores this one`,
      );
    }
  }
};
