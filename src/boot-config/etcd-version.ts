import { MusterError } from '../errors.ts';

/** How a member of etcd can find the others. */
export type Dialect = 'v2' | 'v3';

/** A line of releases of etcd. */
export interface EtcdRelease {
  /** Major and minor, such as `3.6`. */
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** The dialects that it speaks, the one to take first. */
  readonly dialects: readonly Dialect[];
  /** A release of this line, for the tag of its image. */
  readonly release: string;
}

/**
 * The lines of releases, the newest first. What stands in `release` are those that the tests start, and of older lines
 * the last ones.
 */
export const ETCD_VERSIONS: readonly EtcdRelease[] = [
  { id: '3.7', label: 'etcd 3.7 and newer', dialects: ['v3'], release: '3.7.3' },
  { id: '3.6', label: 'etcd 3.6', dialects: ['v3', 'v2'], release: '3.6.16' },
  { id: '3.5', label: 'etcd 3.5', dialects: ['v2'], release: '3.5.35' },
  { id: '3.4', label: 'etcd 3.4', dialects: ['v2'], release: '3.4.23' },
  { id: '3.3', label: 'etcd 3.0 to 3.3', dialects: ['v2'], release: '3.3.27' },
  { id: '2.3', label: 'etcd 2', dialects: ['v2'], release: '2.3.8' },
];

/** What is taken where no version is named. */
export const DEFAULT_ETCD_VERSION = '3.6';

/** A version of etcd, as far as it matters for how it is configured. */
export interface EtcdVersion {
  readonly major: number;
  readonly minor: number;
  /** All three numbers. */
  readonly release: string;
  readonly dialects: readonly Dialect[];
}

const FORM = /^v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,4}))?$/;

/**
 * Reads a version such as `3.6` or `v3.6.16`; one that is newer than all that are known counts as the newest.
 *
 * @throws MusterError `bad-setting`
 */
export function parseEtcdVersion(text: string): EtcdVersion {
  const [, major = '', minor = '', patch] = FORM.exec(text) ?? [];
  if (major === '' || Number(major) < 2 || Number(major) > 3) {
    throw new MusterError('bad-setting', `${JSON.stringify(text.slice(0, 100))} is no version of etcd`, {
      remedy: 'Write it as 3.6 or 3.6.16; versions from 2.0 on are known.',
    });
  }
  const id = `${Number(major)}.${Number(minor)}`;
  const known = ETCD_VERSIONS.find((release) => release.id === id);
  return {
    major: Number(major),
    minor: Number(minor),
    release: patch === undefined ? (known?.release ?? `${id}.0`) : `${id}.${Number(patch)}`,
    dialects: dialectsOf(Number(major), Number(minor)),
  };
}

function dialectsOf(major: number, minor: number): readonly Dialect[] {
  if (major < 3 || minor <= 5) return ['v2'];
  return minor === 6 ? ['v3', 'v2'] : ['v3'];
}

/** Whether a version is the given one or newer. */
export function isAtLeast({ major, minor }: EtcdVersion, wantedMajor: number, wantedMinor: number): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
