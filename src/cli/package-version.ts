import { readFileSync } from 'node:fs';

/** The version in the package.json of this installation, or `unknown`. */
export function readPackageVersion(): string {
  // From dist/src/cli, three folders below the package's own.
  const url = new URL('../../../package.json', import.meta.url);
  const parsed: unknown = JSON.parse(readFileSync(url, 'utf8'));
  const hasVersion = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return hasVersion && typeof parsed.version === 'string' ? parsed.version : 'unknown';
}
