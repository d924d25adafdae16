import type { Conversion } from '../conversion.ts';
import type { Place } from '../schema/place.ts';
import type { Config, Storage } from '../sections/config.ts';
import { convertDirectory } from '../sections/directories.ts';
import { convertDisk } from '../sections/disks.ts';
import { convertDocker } from '../sections/docker.ts';
import { convertEtcd } from '../sections/etcd.ts';
import { convertFile } from '../sections/files.ts';
import { convertFilesystem } from '../sections/filesystems.ts';
import { convertFlannel } from '../sections/flannel.ts';
import { convertConfigs, convertSecurity, convertTimeouts } from '../sections/ignition.ts';
import { convertLink } from '../sections/links.ts';
import { convertNetworkd } from '../sections/networkd.ts';
import { convertPasswd } from '../sections/passwd.ts';
import { platformUnits } from '../sections/platforms.ts';
import { convertRaid } from '../sections/raid.ts';
import { convertSystemd } from '../sections/systemd.ts';
import { convertUpdate } from '../sections/update.ts';
import type { IgnitionDocument, IgnitionStorage, IgnitionSystemdUnit } from './document.ts';

/** How many units come before those that the configuration has itself. */
export function countGeneratedUnits(config: Config, { platform, profile }: Conversion): number {
  const sections = [config.docker, config.etcd, config.flannel];
  return platformUnits(platform, profile).length + sections.filter((one) => one !== undefined).length;
}

/**
 * Makes a document for Ignition 2.x of a configuration. What cannot be converted is told in the report of the
 * conversion, in the order of `ct`: platform, ignition, disks, docker, etcd, files, filesystems, flannel and so on.
 *
 * @param place where the configuration stands, looked up by the names of Ignition
 */
export function convertConfig(config: Config, place: Place, conversion: Conversion): IgnitionDocument {
  const { platform, profile } = conversion;
  const storagePlace = place.key('storage');
  const configs = convertConfigs(config.ignition, place.key('ignition'), conversion);
  const disks = convertDisks(config.storage, storagePlace, conversion);
  const etcd = config.etcd && convertEtcd(config.etcd, place.key('etcd'), conversion);
  const files = convertFiles(config.storage, storagePlace, conversion);
  const flannel = config.flannel && convertFlannel(config.flannel, conversion);
  const updateConf = convertUpdate(config.update, config.locksmith, profile);
  const units: (IgnitionSystemdUnit | undefined)[] = [
    ...platformUnits(platform, profile),
    config.docker && convertDocker(config.docker),
    etcd,
    flannel,
    ...convertSystemd(config.systemd),
  ];
  return {
    ignition: {
      version: profile,
      config: configs,
      timeouts: convertTimeouts(config.ignition),
      security: convertSecurity(config.ignition),
    },
    networkd: { units: convertNetworkd(config.networkd) },
    passwd: convertPasswd(config.passwd, profile),
    storage: {
      ...convertPlainStorage(config.storage, conversion),
      disks,
      files: updateConf === undefined ? files : [...files, updateConf],
    },
    systemd: { units: units.filter((unit) => unit !== undefined) },
  };
}

function convertDisks({ disks }: Storage, place: Place, conversion: Conversion): IgnitionStorage['disks'] {
  const at = place.key('disks');
  return disks.map((one, index) => convertDisk(one, at.item(index), conversion));
}

function convertFiles({ files }: Storage, place: Place, conversion: Conversion): IgnitionStorage['files'] {
  const at = place.key('files');
  const converted = files.map((one, index) => convertFile(one, at.item(index), conversion));
  return converted.filter((one) => one !== undefined);
}

/** What can always be converted. */
function convertPlainStorage(
  { directories, filesystems, links, raid }: Storage,
  { profile }: Conversion,
): Omit<IgnitionStorage, 'disks' | 'files'> {
  return {
    directories: directories.map((one) => convertDirectory(one, profile)),
    filesystems: filesystems.map((one) => convertFilesystem(one, profile)),
    links: links.map((one) => convertLink(one, profile)),
    raid: raid.map(convertRaid),
  };
}
