/** A checksum, as `<function>-<sum>`. */
export interface Verification3 {
  readonly hash: string | undefined;
}

/** Something that is fetched. */
export interface Resource3 {
  readonly compression?: string | undefined;
  readonly source: string;
  readonly verification: Verification3;
}

export interface Section3 {
  readonly config: { readonly merge: readonly Resource3[]; readonly replace: Resource3 | undefined };
  readonly security: { readonly tls: { readonly certificateAuthorities: readonly Resource3[] } };
  readonly timeouts: {
    readonly httpResponseHeaders: bigint | undefined;
    readonly httpTotal: bigint | undefined;
  };
  readonly version: string;
}

export interface Partition3 {
  readonly guid: string | undefined;
  readonly label: string | undefined;
  readonly number: bigint | undefined;
  readonly sizeMiB: bigint | undefined;
  readonly startMiB: bigint | undefined;
  readonly typeGuid: string | undefined;
}

export interface Disk3 {
  readonly device: string;
  readonly partitions: readonly Partition3[];
  readonly wipeTable: true | undefined;
}

export interface Raid3 {
  readonly devices: readonly string[];
  readonly level: string;
  readonly name: string;
  readonly options: readonly string[];
  readonly spares: bigint | undefined;
}

export interface Filesystem3 {
  readonly device: string;
  readonly format: string;
  readonly label: string | undefined;
  readonly options: readonly string[];
  readonly path: string | undefined;
  readonly uuid: string | undefined;
  readonly wipeFilesystem: true | undefined;
}

export interface Owner3 {
  readonly id: bigint | undefined;
  readonly name: string | undefined;
}

/** What files, directories and links have in common. */
export interface Node3 {
  readonly group: Owner3 | undefined;
  readonly overwrite: boolean | undefined;
  readonly path: string;
  readonly user: Owner3 | undefined;
}

export interface File3 extends Node3 {
  readonly append: readonly Resource3[];
  readonly contents: Resource3 | undefined;
  readonly mode: bigint | undefined;
}

export interface Directory3 extends Node3 {
  readonly mode: bigint | undefined;
}

export interface Link3 extends Node3 {
  readonly hard: true | undefined;
  readonly target: string;
}

export interface Storage3 {
  readonly directories: readonly Directory3[];
  readonly disks: readonly Disk3[];
  readonly files: readonly File3[];
  readonly filesystems: readonly Filesystem3[];
  readonly links: readonly Link3[];
  readonly raid: readonly Raid3[];
}

export interface DropIn3 {
  readonly contents: string | undefined;
  readonly name: string;
}

export interface Unit3 {
  readonly contents: string | undefined;
  readonly dropins: readonly DropIn3[];
  readonly enabled: boolean | undefined;
  readonly mask: true | undefined;
  readonly name: string;
}

export interface User3 {
  readonly gecos: string | undefined;
  readonly groups: readonly string[];
  readonly homeDir: string | undefined;
  readonly name: string;
  readonly noCreateHome: true | undefined;
  readonly noLogInit: true | undefined;
  readonly noUserGroup: true | undefined;
  readonly passwordHash: string | undefined;
  readonly primaryGroup: string | undefined;
  readonly shell: string | undefined;
  readonly sshAuthorizedKeys: readonly string[];
  readonly system: true | undefined;
  readonly uid: bigint | undefined;
}

export interface Group3 {
  readonly gid: bigint | undefined;
  readonly name: string;
  readonly passwordHash: string | undefined;
  readonly system: true | undefined;
}

/**
 * A configuration for Ignition 3.x, with its keys in the order in which they are written. What is undefined or has
 * nothing in it is left out.
 */
export interface Ignition3Document {
  readonly ignition: Section3;
  readonly passwd: { readonly groups: readonly Group3[]; readonly users: readonly User3[] };
  readonly storage: Storage3;
  readonly systemd: { readonly units: readonly Unit3[] };
}
