import type { Target } from './profiles.ts';
import type { Report } from './report.ts';

/** The files that a configuration may take in. */
export interface LocalFiles {
  /** Answers the content of a file, or in one line why there is none. @param path as the configuration names it */
  read(path: string): Uint8Array | string;
}

/** How members of etcd find each other: by `--discovery`, or by `--discovery-token` and `--discovery-endpoints`. */
export type EtcdDialect = 'v2' | 'v3';

/** What the sections are converted with. */
export interface Conversion extends Target {
  /** Empty where none was named. */
  readonly platform: string;
  readonly files: LocalFiles | undefined;
  /** How members are to find each other; undefined: as their version would. For Ignition 3. */
  readonly etcdDialect: EtcdDialect | undefined;
  /** Takes what keeps a value from being converted. */
  readonly report: Report;
}
