/** A checksum, as `<function>-<sum>`. */
export interface IgnitionVerification {
  hash?: string;
}

export interface IgnitionReference {
  source: string;
  verification: IgnitionVerification;
}

export interface IgnitionConfigs {
  append: IgnitionReference[];
  replace?: IgnitionReference;
}

export interface IgnitionTimeouts {
  httpResponseHeaders: bigint | undefined;
  httpTotal: bigint | undefined;
}

export interface IgnitionTls {
  certificateAuthorities: IgnitionReference[];
}

export interface IgnitionSecurity {
  tls: IgnitionTls;
}

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

export interface IgnitionDisk {
  device: string;
  partitions: IgnitionPartition[];
  wipeTable: boolean;
}

export interface IgnitionRaid {
  devices: readonly string[];
  level: string;
  name: string;
  options: readonly string[];
  spares: bigint;
}

export interface IgnitionMountCreate {
  force: boolean;
  options: readonly string[];
}

export interface IgnitionMount {
  create: IgnitionMountCreate | undefined;
  device: string;
  format: string;
  label: string | undefined;
  options: readonly string[];
  uuid: string | undefined;
  wipeFilesystem: boolean;
}

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

export interface IgnitionFileContents {
  compression: string;
  source: string;
  verification: IgnitionVerification;
  /** Whether the source is what the configuration names as such. This is not written. */
  isRemote: boolean;
}

export interface IgnitionFile extends IgnitionNode {
  append: boolean;
  contents: IgnitionFileContents;
  mode: bigint | undefined;
}

export interface IgnitionDirectory extends IgnitionNode {
  mode: bigint | undefined;
}

export interface IgnitionLink extends IgnitionNode {
  hard: boolean;
  target: string;
}

export interface IgnitionStorage {
  directories: IgnitionDirectory[];
  disks: IgnitionDisk[];
  files: IgnitionFile[];
  filesystems: IgnitionFilesystem[];
  links: IgnitionLink[];
  raid: IgnitionRaid[];
}

export interface IgnitionDropIn {
  contents: string;
  name: string;
}

export interface IgnitionSystemdUnit {
  contents: string;
  dropins: readonly IgnitionDropIn[];
  enable: boolean;
  enabled: boolean | undefined;
  mask: boolean;
  name: string;
}

export interface IgnitionNetworkdUnit {
  contents: string;
  dropins: readonly IgnitionDropIn[];
  name: string;
}

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

export interface IgnitionUser extends IgnitionUserDetails {
  create: IgnitionUserDetails | undefined;
  name: string;
  passwordHash: string | undefined;
  sshAuthorizedKeys: readonly string[];
}

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
