/** A checksum, as `<function>-<sum>`. */
export interface IgnitionVerification {
  hash?: string;
}

/** Another configuration, or a certificate. */
export interface IgnitionReference {
  source: string;
  verification: IgnitionVerification;
}

/** `ignition.config`. */
export interface IgnitionConfigs {
  append: IgnitionReference[];
  replace?: IgnitionReference;
}

/** `ignition.timeouts`, in seconds. */
export interface IgnitionTimeouts {
  httpResponseHeaders: bigint | undefined;
  httpTotal: bigint | undefined;
}

/** `ignition.security.tls`. */
export interface IgnitionTls {
  certificateAuthorities: IgnitionReference[];
}

/** `ignition.security`. */
export interface IgnitionSecurity {
  tls: IgnitionTls;
}

/** `ignition`. */
export interface IgnitionSection {
  version: string;
  config: IgnitionConfigs;
  timeouts: IgnitionTimeouts;
  security: IgnitionSecurity;
}

/** Sizes are in MiB in 2.3.0, and in sectors of 512 bytes before. */
export interface IgnitionPartition {
  guid: string;
  label: string | undefined;
  number: bigint;
  size: bigint;
  start: bigint;
  sizeMiB: bigint | undefined;
  startMiB: bigint | undefined;
  typeGuid: string;
}

/** `storage.disks[]`. */
export interface IgnitionDisk {
  device: string;
  partitions: IgnitionPartition[];
  wipeTable: boolean;
}

/** `storage.raid[]`. */
export interface IgnitionRaid {
  devices: readonly string[];
  level: string;
  name: string;
  options: readonly string[];
  spares: bigint;
}

/** How a filesystem is made, in the older way. */
export interface IgnitionMountCreate {
  force: boolean;
  options: readonly string[];
}

/** A filesystem on a device. */
export interface IgnitionMount {
  create: IgnitionMountCreate | undefined;
  device: string;
  format: string;
  label: string | undefined;
  options: readonly string[];
  uuid: string | undefined;
  wipeFilesystem: boolean;
}

/** `storage.filesystems[]`. */
export interface IgnitionFilesystem {
  mount: IgnitionMount | undefined;
  name: string;
  path: string | undefined;
}

/** The user or the group of a node. */
export interface IgnitionOwner {
  id: bigint | undefined;
  name: string;
}

/** What files, directories and links have in common. */
export interface IgnitionNode {
  filesystem: string;
  group: IgnitionOwner | undefined;
  overwrite: boolean | undefined;
  path: string;
  user: IgnitionOwner | undefined;
}

/** What is in a file. */
export interface IgnitionFileContents {
  compression: string;
  source: string;
  verification: IgnitionVerification;
  /** Whether the source is what the configuration names as such. This is not written. */
  isRemote: boolean;
}

/** `storage.files[]`. */
export interface IgnitionFile extends IgnitionNode {
  append: boolean;
  contents: IgnitionFileContents;
  mode: bigint | undefined;
}

/** `storage.directories[]`. */
export interface IgnitionDirectory extends IgnitionNode {
  mode: bigint | undefined;
}

/** `storage.links[]`. */
export interface IgnitionLink extends IgnitionNode {
  hard: boolean;
  target: string;
}

/** `storage`. */
export interface IgnitionStorage {
  directories: IgnitionDirectory[];
  disks: IgnitionDisk[];
  files: IgnitionFile[];
  filesystems: IgnitionFilesystem[];
  links: IgnitionLink[];
  raid: IgnitionRaid[];
}

/** A piece of a unit that is laid over it. */
export interface IgnitionDropIn {
  contents: string;
  name: string;
}

/** `systemd.units[]`. */
export interface IgnitionSystemdUnit {
  contents: string;
  dropins: readonly IgnitionDropIn[];
  enable: boolean;
  enabled: boolean | undefined;
  mask: boolean;
  name: string;
}

/** `networkd.units[]`. */
export interface IgnitionNetworkdUnit {
  contents: string;
  dropins: readonly IgnitionDropIn[];
  name: string;
}

/** What a user is like. */
export interface IgnitionUserDetails {
  gecos: string;
  groups: readonly string[];
  homeDir: string;
  noCreateHome: boolean;
  noLogInit: boolean;
  noUserGroup: boolean;
  primaryGroup: string;
  shell: string;
  system: boolean;
  uid: bigint | undefined;
}

/** `passwd.users[]`. */
export interface IgnitionUser extends IgnitionUserDetails {
  create: IgnitionUserDetails | undefined;
  name: string;
  passwordHash: string | undefined;
  sshAuthorizedKeys: readonly string[];
}

/** `passwd.groups[]`. */
export interface IgnitionGroup {
  gid: bigint | undefined;
  name: string;
  passwordHash: string;
  system: boolean;
}

/** A configuration for Ignition 2.x. What a profile does not have is there, and empty. */
export interface IgnitionDocument {
  ignition: IgnitionSection;
  networkd: { units: IgnitionNetworkdUnit[] };
  passwd: { groups: IgnitionGroup[]; users: IgnitionUser[] };
  storage: IgnitionStorage;
  systemd: { units: IgnitionSystemdUnit[] };
}
