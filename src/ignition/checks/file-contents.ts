import type { Check } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** Nothing is overwritten with nothing. */
export const checkOverwrite: Check = (item, { spec, findings }) => {
  if (!isVersion3(spec) || !item.isTrue('overwrite') || item.child('contents').has('source')) return;
  findings.add(
    'overwrite-without-source',
    item.at('overwrite'),
    '"overwrite" is true and "contents" has no source; give one ("data:," is an empty file), or leave "overwrite" out',
  );
};

/** In 2.x, a file is either appended to or written anew. */
export const checkAppend: Check = (item, { findings }) => {
  if (!item.isTrue('append') || !item.isTrue('overwrite')) return;
  findings.add(
    'append-and-overwrite',
    item.path,
    'a file has both "append" and "overwrite" true; set one of them',
  );
};
