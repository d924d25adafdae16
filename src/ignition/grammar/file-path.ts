/** Paths as Go's package `path` treats them: always with slashes, without asking any file system. */

export function isAbsolute(path: string): boolean {
  return path.startsWith('/');
}

/** The shortest path that means the same: without `.`, `..`, and doubled or trailing slashes. */
export function cleanPath(path: string): string {
  const isRooted = isAbsolute(path);
  const kept: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (!isRooted) kept.push('..');
  }
  const joined = kept.join('/');
  if (isRooted) return `/${joined}`;
  return joined === '' ? '.' : joined;
}

/** What a name ends with, from its last dot on; empty where its last part has none. */
export function extensionOf(name: string): string {
  const base = name.slice(name.lastIndexOf('/') + 1);
  const dot = base.lastIndexOf('.');
  return dot < 0 ? '' : base.slice(dot);
}
