import type { TokenReport } from '../../../registry/token-report.ts';
import type { EtcdVersion } from '../../etcd-version.ts';
import type { Configuration } from '../configuration.ts';
import type { LintEntry } from '../entry.ts';

/** What the rules go by. */
export interface LintContext {
  readonly configuration: Configuration;
  /** Undefined where nobody said it. */
  readonly version: EtcdVersion | undefined;
  /** The address of the service as it is known to be, such as `https://discovery.example`. */
  readonly serviceOrigin: string | undefined;
  /** What the service says of the token; null where it does not know it, undefined where it was not asked. */
  readonly report: TokenReport | null | undefined;
  /** The cluster size that is meant. */
  readonly size: number | undefined;
}

/** One concern: it looks at a configuration, and says what it found. */
export type LintRule = (context: LintContext) => readonly LintEntry[];

/** etcd with its version, for people. */
export function etcdName({ version }: LintContext): string {
  return version === undefined ? 'etcd' : `etcd ${version.major}.${version.minor}`;
}

/** Whether a version is known to have a dialect; undefined where no version is known. */
export function speaks({ version }: LintContext, dialect: 'v2' | 'v3'): boolean | undefined {
  return version?.dialects.includes(dialect);
}

/** What every machine does that was told nothing of the others. */
export const ALONE = 'so that every machine becomes a cluster of its own';
