import type { CloudId } from './clouds.ts';
import type { Dialect } from './etcd-version.ts';
import type { PlatformId } from './platform-id.ts';

/** Files of TLS on the machine of a member, by their absolute paths. A certificate and its key come together. */
export interface TlsPaths {
  /** What the other side's certificate is checked with, in place of the roots of the system. */
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** The same for members among themselves and for their clients, who both show a certificate of that CA. */
export interface MemberTls {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** What a configuration is wanted for. */
export interface BootConfigRequest {
  /** The discovery URL, as it was made. */
  readonly discoveryUrl: string;
  readonly platform: PlatformId;
  /** Such as `3.6` or `3.6.16`. Default: `DEFAULT_ETCD_VERSION`. */
  readonly etcdVersion?: string | undefined;
  /** Where the version leaves a choice. Default: v3 wherever etcd has it, since etcd 3.7 has nothing else. */
  readonly dialect?: Dialect | undefined;
  /**
   * What `--discovery-token` is in v3: the discovery `url` itself, by which members that come over v2 and members that
   * come over v3 meet, or the token `bare`, by which only v3 members do, whatever URL they reach the service at.
   *
   * @default 'url'
   */
  readonly tokenForm?: 'url' | 'bare' | undefined;
  /** The cluster size of the token, for the notes. */
  readonly size?: number | undefined;
  /** This member's name. Default: what the platform has for it, or a place holder. */
  readonly name?: string | undefined;
  /** This member's address, as others reach it. Default: what the platform has for it, or a place holder. */
  readonly address?: string | undefined;
  /** Where machines run that get their address from metadata. Default: `ec2`. */
  readonly cloud?: CloudId | undefined;
  /** Default: 2380. */
  readonly peerPort?: number | undefined;
  /** Default: 2379. */
  readonly clientPort?: number | undefined;
  /** Default: /var/lib/etcd. */
  readonly dataDir?: string | undefined;
  /** For the discovery service. Client certificates need v3. */
  readonly serviceTls?: TlsPaths | undefined;
  /** For members and their clients: with it, all of the member's URLs are https. */
  readonly memberTls?: MemberTls | undefined;
}

/** A file to make, or the lines to paste. */
export interface BootFile {
  /** Its own name, without a folder. */
  readonly name: string;
  readonly text: string;
}

/** What `createBootConfig` answers. */
export interface BootConfig {
  readonly platform: PlatformId;
  /** All three numbers. */
  readonly etcdVersion: string;
  readonly dialect: Dialect;
  readonly files: readonly BootFile[];
  /** What to replace and what to check, in sentences. */
  readonly notes: readonly string[];
}
