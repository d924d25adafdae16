import { cleanPath, isAbsolute } from '../grammar/file-path.ts';
import type { Path } from '../places.ts';
import type { CheckContext } from '../schema/declare.ts';
import { isVersion3 } from '../spec.ts';

/** Looks at a path of the machine, which may be empty as little as relative. 3.x wants it in its shortest form too. */
export function checkAbsolutePath(text: string, path: Path, { spec, findings }: CheckContext): void {
  const shown = JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
  if (text === '' && isVersion3(spec)) {
    findings.add('path-missing', path, 'there is no path, where an absolute one is required');
  } else if (!isAbsolute(text)) {
    findings.add('path-relative', path, `the path ${shown} is not absolute; it has to begin with "/"`);
  } else if (isVersion3(spec) && cleanPath(text) !== text) {
    const clean = JSON.stringify(cleanPath(text));
    findings.add(
      'path-unclean',
      path,
      `the path ${shown} is not in its simplest form; write ${clean.length > 90 ? 'it without "//", "/./", "/../" and a "/" at the end' : clean}`,
    );
  }
}
