import { errorUnless } from '../report.ts';
import { listOf, optional } from '../schema/collections.ts';
import { int } from '../schema/scalars.ts';
import { struct } from '../schema/struct.ts';
import type { Type } from '../schema/type.ts';
import { type Directory, directory } from './directories.ts';
import { type Disk, disk } from './disks.ts';
import { type Docker, docker } from './docker.ts';
import { type Etcd, etcd } from './etcd.ts';
import { type File, file } from './files.ts';
import { type Filesystem, filesystem } from './filesystems.ts';
import { type Flannel, flannel } from './flannel.ts';
import { type Ignition, ignition } from './ignition.ts';
import { type Link, link } from './links.ts';
import { type Locksmith, locksmith } from './locksmith.ts';
import { type Networkd, networkd } from './networkd.ts';
import { type Passwd, passwd } from './passwd.ts';
import { type Raid, raid } from './raid.ts';
import { type Systemd, systemd } from './systemd.ts';
import { type Update, update } from './update.ts';

/** `storage`. */
export interface Storage {
  disks: readonly Disk[];
  raid: readonly Raid[];
  filesystems: readonly Filesystem[];
  files: readonly File[];
  directories: readonly Directory[];
  links: readonly Link[];
}

/** A whole Container Linux Config. */
export interface Config {
  version: bigint;
  ignition: Ignition;
  storage: Storage;
  systemd: Systemd;
  networkd: Networkd;
  passwd: Passwd;
  etcd: Etcd | undefined;
  flannel: Flannel | undefined;
  update: Update | undefined;
  docker: Docker | undefined;
  locksmith: Locksmith | undefined;
}

const storage: Type<Storage> = struct<Storage>('Storage', {
  disks: listOf(disk),
  raid: listOf(raid),
  filesystems: listOf(filesystem),
  files: listOf(file),
  directories: { type: listOf(directory), since: '2.1.0' },
  links: { type: listOf(link), since: '2.1.0' },
});

/** The sections, in the order in which they are checked. */
export const config: Type<Config> = struct<Config>('Config', {
  version: {
    type: int,
    since: '2.3.0',
    check: ({ version }: Config) =>
      errorUnless(version === 0n, 'Invalid version. Only version 0 is supported'),
  },
  ignition,
  storage,
  systemd,
  networkd,
  passwd,
  etcd: optional(etcd),
  flannel: optional(flannel),
  update: optional(update),
  docker: optional(docker),
  locksmith: optional(locksmith),
});
