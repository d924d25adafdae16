import { errorUnless, type Findings } from '../report.ts';

/** A path must begin at the root. */
export function checkAbsolute(path: string): Findings {
  return errorUnless(path.startsWith('/'), 'path not absolute');
}
