import type { Profile } from '../profiles.ts';
import { dataUrlProblem } from '../text/data-url.ts';
import { parseUrl } from '../text/url.ts';

/** The schemes that Ignition fetches from, by the first profile that has them. */
const SCHEMES: Readonly<Record<string, Profile>> = {
  http: '2.0.0',
  https: '2.0.0',
  oem: '2.0.0',
  data: '2.0.0',
  tftp: '2.1.0',
  s3: '2.1.0',
};

/** Why Ignition cannot fetch from a URL; undefined if it can. Nothing at all is an empty file. */
export function sourceProblem(source: string, profile: Profile): string | undefined {
  if (source === '') return undefined;
  const url = parseUrl(source);
  if (typeof url === 'string') return 'unable to parse url';
  const { scheme, query } = url;
  const since = SCHEMES[scheme];
  if (since === undefined || since > profile) return 'invalid url scheme';
  if (scheme === 'data') return dataUrlProblem(source);
  if (scheme === 's3' && profile === '2.3.0' && new URLSearchParams(query).get('versionId') === '')
    return 'invalid S3 object VersionId';
  return undefined;
}
