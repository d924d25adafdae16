import {
  CLOUDS,
  type CloudId,
  DEFAULT_ETCD_VERSION,
  ETCD_VERSIONS,
  type EtcdRelease,
  PLATFORMS,
  type PlatformId,
} from '../boot-config/boot-config.ts';

/** All members on one machine, to try it: what no platform is for. */
export const TRIAL = 'trial';

/** Which lines a person wants to see. */
export interface StartChoice {
  readonly etcd: EtcdRelease;
  readonly platform: PlatformId | typeof TRIAL;
  readonly cloud: CloudId;
}

/** Reads the choice out of a page's query; what is not there, or not known, is the default. */
export function parseStartChoice(query: string): StartChoice {
  const parameters = new URLSearchParams(query);
  const byId = <T extends { readonly id: string }>(choices: readonly T[], name: string): T | undefined =>
    choices.find(({ id }) => id === parameters.get(name));
  const isTrial = parameters.get('platform') === TRIAL;
  return {
    etcd: byId(ETCD_VERSIONS, 'etcd') ?? defaultRelease(),
    platform: isTrial ? TRIAL : (byId(PLATFORMS, 'platform')?.id ?? 'flags'),
    cloud: byId(CLOUDS, 'cloud')?.id ?? 'ec2',
  };
}

function defaultRelease(): EtcdRelease {
  const release = ETCD_VERSIONS.find(({ id }) => id === DEFAULT_ETCD_VERSION);
  if (release === undefined) throw new Error('the default version is none of the known ones');
  return release;
}
