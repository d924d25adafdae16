/** A path without empty steps, `.` and `..`, as Go's `path.Clean` makes an absolute one. */
export function cleanPath(path: string): string {
  const steps: string[] = [];
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue;
    if (step === '..') steps.pop();
    else steps.push(step);
  }
  return `/${steps.join('/')}`;
}

/** A path as seen from where its filesystem is mounted. */
export function joinPath(mountPoint: string, path: string): string {
  return cleanPath(`${mountPoint}/${path}`);
}

/** The folders that a path is in, the nearest one first, without the root. */
export function* parentsOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1))
    yield path.slice(0, end);
}
