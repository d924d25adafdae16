import {
  CLOUDS,
  type CloudId,
  DEFAULT_ETCD_VERSION,
  ETCD_VERSIONS,
  type EtcdRelease,
  PLATFORMS,
  type PlatformId,
} from '../boot-config/boot-config.ts';
import { isLoopbackHost } from '../registry/host.ts';

/** All members on one machine, to try it: what no platform is for. */
export const TRIAL = 'trial';

/** Which lines a person wants to see. */
export interface StartChoice {
  readonly etcd: EtcdRelease;
  readonly platform: PlatformId | typeof TRIAL;
  readonly cloud: CloudId;
}

/**
 * Reads the choice out of a page's query; what is not there, or not known, is the default: where the service is on the
 * reader's own machine, that is a trial, since no other machine could use its URL.
 *
 * @param url the discovery URL, as the reader spells it
 */
export function parseStartChoice(query: string, url: string): StartChoice {
  const parameters = new URLSearchParams(query);
  const byId = <T extends { readonly id: string }>(choices: readonly T[], name: string): T | undefined =>
    choices.find(({ id }) => id === parameters.get(name));
  const isTrial = parameters.get('platform') === TRIAL;
  return {
    etcd: byId(ETCD_VERSIONS, 'etcd') ?? defaultRelease(),
    platform: isTrial ? TRIAL : (byId(PLATFORMS, 'platform')?.id ?? (isHere(url) ? TRIAL : 'flags')),
    cloud: byId(CLOUDS, 'cloud')?.id ?? 'ec2',
  };
}

function isHere(url: string): boolean {
  return isLoopbackHost(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

function defaultRelease(): EtcdRelease {
  const release = ETCD_VERSIONS.find(({ id }) => id === DEFAULT_ETCD_VERSION);
  if (release === undefined) throw new Error('the default version is none of the known ones');
  return release;
}
