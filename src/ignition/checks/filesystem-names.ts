import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** The filesystem that every machine has. */
const ROOT = 'root';

/** In 2.x, files, directories and links name the filesystem that they are on, which the document defines, or another. */
export const checkFilesystemNames: Check = (item, { spec, findings }) => {
  if (isVersion3(spec)) return;
  const storage = item.child('storage');
  const names = new Set([ROOT]);
  for (const filesystem of storage.children('filesystems')) {
    const name = filesystem.text('name') ?? '';
    if (names.has(name)) {
      const message = `the name ${JSON.stringify(name.slice(0, 60))} is that of another filesystem, which nothing can refer to any more`;
      findings.add('filesystem-name-shadowed', filesystem.at('name'), message);
    }
    names.add(name);
  }
  for (const key of ['files', 'directories', 'links']) {
    for (const node of storage.children(key)) {
      const name = node.text('filesystem') ?? '';
      if (name === '' || names.has(name)) continue;
      findings.add(
        'filesystem-name-unknown',
        node.at('filesystem'),
        `this document defines no filesystem ${JSON.stringify(name.slice(0, 60))}; that is right only where a configuration does that it appends`,
      );
    }
  }
};
