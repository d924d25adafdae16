import { checkFilesystemNames } from '../checks/filesystem-names.ts';
import { checkUnitPaths } from '../checks/unit-paths.ts';
import { one, type Section } from './declare.ts';
import { ignition } from './ignition.ts';
import { kernelArguments } from './kernel-arguments.ts';
import { networkd } from './networkd.ts';
import { passwd } from './passwd.ts';
import { storage } from './storage.ts';
import { systemd } from './systemd.ts';

/** A whole Ignition document, in every spec. */
export const config: Section = {
  name: 'an Ignition document',
  fields: {
    ignition: one(ignition),
    kernelArguments: one(kernelArguments, { since: '3.3' }),
    networkd: one(networkd, { until: '3.0' }),
    passwd: one(passwd),
    storage: one(storage),
    systemd: one(systemd),
  },
  checks: [checkFilesystemNames, checkUnitPaths],
};
