import { MusterError } from '../errors.ts';
import { DEFAULT_ETCD_VERSION, isAtLeast, parseEtcdVersion } from './etcd-version.ts';
import { type BootPlan, planBoot } from './plan.ts';
import { PLATFORMS, type Platform } from './platforms.ts';
import type { BootConfig, BootConfigRequest } from './request.ts';

export { CLOUDS, type Cloud, type CloudId } from './clouds.ts';
export { DEFAULT_ETCD_VERSION, type Dialect, ETCD_VERSIONS, type EtcdRelease } from './etcd-version.ts';
export type { PlatformId } from './platform-id.ts';
export { PLATFORMS, type Platform } from './platforms.ts';
export type { BootConfig, BootConfigRequest, BootFile, MemberTls, TlsPaths } from './request.ts';

/**
 * How machines are told of a token: the files or lines for one platform and one version of etcd, and what to replace
 * and check. It reads and asks nothing, and loads nothing of Node, so that pages can make it in a browser.
 *
 * @throws MusterError `bad-setting` where the request names what is not there, or goes together badly
 */
export function createBootConfig(request: BootConfigRequest): BootConfig {
  const platform = PLATFORMS.find(({ id }) => id === request.platform);
  if (platform === undefined) {
    throw new MusterError(
      'bad-setting',
      `there is no platform ${JSON.stringify(`${request.platform}`.slice(0, 100))}`,
      { remedy: `Give one of ${PLATFORMS.map(({ id }) => id).join(', ')}.` },
    );
  }
  const plan = planBoot(withDialectOf(platform, request));
  assertFits(platform, plan);
  const { files, notes } = platform.format(plan);
  return {
    platform: platform.id,
    etcdVersion: plan.version.release,
    dialect: plan.dialect,
    files,
    notes: [...notes, ...commonNotes(plan)],
  };
}

/** Where the version leaves a choice, the platform may not. */
function withDialectOf({ dialects }: Platform, request: BootConfigRequest): BootConfigRequest {
  const { etcdVersion = DEFAULT_ETCD_VERSION } = request;
  const known = parseEtcdVersion(etcdVersion).dialects.find((dialect) => dialects.includes(dialect));
  return known === undefined ? request : { ...request, dialect: request.dialect ?? known };
}

function assertFits({ label, from, dialects }: Platform, { version, dialect }: BootPlan): void {
  const etcd = `etcd ${version.major}.${version.minor}`;
  if (!isAtLeast(version, ...from)) {
    throw new MusterError('bad-setting', `${label} is not for ${etcd}`, {
      remedy: `Take etcd ${from.join('.')} or newer, or another platform.`,
    });
  }
  if (dialects.includes(dialect)) return;
  throw new MusterError('bad-setting', `${label} has no words for the ${dialect} discovery of ${etcd}`, {
    remedy:
      'Take another platform, or etcd up to 3.6 with v2 discovery. Flatcar takes Butane (butane-flatcar) for every etcd.',
  });
}

function commonNotes(plan: BootPlan): readonly string[] {
  const { size, dialect, tokenForm, dataDir } = plan;
  const notes: string[] = [];
  if (size !== undefined && size > 1) {
    notes.push(
      `etcd waits until ${size} machines have come with this token, and then starts on all of them.`,
    );
  }
  notes.push(...tokenNotes(dialect, tokenForm));
  if (plan.isHttps && plan.serviceTls.caFile === undefined) {
    notes.push('The certificate of the service is checked with the roots of each machine.');
  }
  notes.push(
    `The token serves for the first start. With data in ${dataDir}, etcd no longer asks; a member that lost them comes back by etcdctl member remove and member add.`,
  );
  return notes;
}

function tokenNotes(dialect: BootPlan['dialect'], tokenForm: BootPlan['tokenForm']): readonly string[] {
  if (dialect === 'v2') {
    return ['Give every member this URL, character by character: etcd computes the ids of members with it.'];
  }
  return tokenForm === 'bare'
    ? ['Members meet only where all of them have the bare token; those that come over v2 cannot.']
    : [
        'The whole URL is the token, so that members of v2 discovery, which know nothing else, can be in the same cluster. Give every member the same one, character by character. Their etcds may be one minor version apart, such as 3.5 and 3.6.',
      ];
}
