import type { Route } from './route.ts';

/**
 * Every text that a v3 member may have hashed its id with: the value of `--discovery-token` byte for byte. Its key has
 * that value as a cleaned path only, which has lost a slash of `http://` and any slash at the end.
 */
export function listSalts({ spelling }: Pick<Route, 'spelling'>): string[] {
  const text = isUrl(spelling) ? spelling.replace(/^(https?):\//, '$1://') : spelling;
  return [text, `${text}/`];
}

/** Whether the member was given the discovery URL as its token. */
export function isUrl(spelling: string): boolean {
  return spelling.includes('/');
}
