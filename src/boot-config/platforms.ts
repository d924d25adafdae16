import type { Dialect } from './etcd-version.ts';
import { formatCloudInit } from './formats/cloud-init.ts';
import { formatCompose, formatDocker, formatQuadlet } from './formats/containers.ts';
import { formatButaneFcos, formatButaneFlatcar, formatClc } from './formats/coreos.ts';
import { formatLate } from './formats/late.ts';
import { formatEnv, formatFlags } from './formats/plain.ts';
import { formatSystemd } from './formats/systemd.ts';
import { formatAnsible, formatTerraform } from './formats/variables.ts';
import { formatYaml } from './formats/yaml.ts';
import type { PlatformPart } from './part.ts';
import type { BootPlan } from './plan.ts';
import type { PlatformId } from './platform-id.ts';

/** A platform, and which etcd it can run. */
export interface Platform {
  readonly id: PlatformId;
  /** For people. */
  readonly label: string;
  /** The first version of etcd that it is for. */
  readonly from: readonly [major: number, minor: number];
  /** The dialects that it has words for. */
  readonly dialects: readonly Dialect[];
  /** Whether the machine's address comes from the metadata of a cloud, which has to be known. */
  readonly needsCloud: boolean;
  readonly format: (plan: BootPlan) => PlatformPart;
}

const BOTH: readonly Dialect[] = ['v3', 'v2'];

function platform(
  id: PlatformId,
  label: string,
  format: (plan: BootPlan) => PlatformPart,
  rest: Partial<Platform> = {},
): Platform {
  return { id, label, from: [2, 0], dialects: BOTH, needsCloud: false, format, ...rest };
}

/** Every platform, in the order in which people are shown them. */
export const PLATFORMS: readonly Platform[] = [
  platform('flags', 'Command line', formatFlags),
  platform('env', 'Environment file', formatEnv),
  platform('yaml', 'etcd.yaml (--config-file)', formatYaml, { from: [3, 0] }),
  platform('systemd', 'systemd unit', formatSystemd),
  platform('docker', 'Docker or Podman command', formatDocker, { from: [3, 0] }),
  platform('compose', 'Compose file', formatCompose, { from: [3, 0] }),
  platform('quadlet', 'Podman Quadlet', formatQuadlet, { from: [3, 0] }),
  platform('cloud-init', 'cloud-init user data', formatCloudInit),
  platform('butane-flatcar', 'Butane for Flatcar', formatButaneFlatcar, { from: [3, 0], needsCloud: true }),
  platform('butane-fcos', 'Butane for Fedora CoreOS', formatButaneFcos, { from: [3, 0], needsCloud: true }),
  platform('clc', 'Container Linux Config', formatClc, { from: [2, 3], dialects: ['v2'], needsCloud: true }),
  platform('ansible', 'Ansible variables', formatAnsible),
  platform('terraform', 'Terraform locals', formatTerraform),
  platform('late', 'Late machines: member or proxy', formatLate, { from: [3, 3] }),
];
