import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** Nothing is put below a link of the same document: whether the link is there by then is not certain. */
export const checkPathsBelowLinks: Check = (item, { spec, findings }) => {
  if (!isVersion3(spec)) return;
  const links = new Set(item.children('links').map((link) => link.text('path') ?? ''));
  // Only where some link is as long can a part of a path be one; that keeps long paths from being taken apart in vain.
  const lengths = [...new Set([...links].map((path) => path.length))].sort((a, b) => a - b);
  for (const key of ['directories', 'files', 'links']) {
    for (const node of item.children(key)) {
      const path = node.text('path') ?? '';
      const length = lengths.find((end) => path.charAt(end) === '/' && links.has(path.slice(0, end)));
      if (length === undefined) continue;
      findings.add(
        'path-below-link',
        node.path,
        `the path ${JSON.stringify(path.slice(0, 80))} is below ${JSON.stringify(path.slice(0, Math.min(length, 80)))}, which is a link in this document; give the path that the link leads to`,
      );
    }
  }
};
