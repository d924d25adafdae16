import type { IgnitionSystemdUnit } from '../ignition2/document.ts';
import type { Profile } from '../profiles.ts';
import { unitWithDropIn } from './systemd.ts';

/** What a configuration may ask of the machine that it boots, as `{NAME}`. */
export type DynamicField = 'HOSTNAME' | 'PRIVATE_IPV4' | 'PUBLIC_IPV4' | 'PRIVATE_IPV6' | 'PUBLIC_IPV6';

/** A place where machines run. */
interface Platform {
  /** The first profile that knows it. */
  readonly since: Profile;
  /** The variables that hold the fields there; what is missing is not to be had. */
  readonly fields: Readonly<Partial<Record<DynamicField, string>>>;
  /** Whether the service that finds out about the fields must be told where it runs. */
  readonly isToldToService?: true;
}

/** Every platform. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  azure: {
    since: '2.0.0',
    fields: {
      PRIVATE_IPV4: 'COREOS_AZURE_IPV4_DYNAMIC',
      PUBLIC_IPV4: 'COREOS_AZURE_IPV4_VIRTUAL',
    },
  },
  digitalocean: {
    since: '2.0.0',
    fields: {
      HOSTNAME: 'COREOS_DIGITALOCEAN_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_DIGITALOCEAN_IPV4_PRIVATE_0',
      PUBLIC_IPV4: 'COREOS_DIGITALOCEAN_IPV4_PUBLIC_0',
      PRIVATE_IPV6: 'COREOS_DIGITALOCEAN_IPV6_PRIVATE_0',
      PUBLIC_IPV6: 'COREOS_DIGITALOCEAN_IPV6_PUBLIC_0',
    },
  },
  ec2: {
    since: '2.0.0',
    fields: {
      HOSTNAME: 'COREOS_EC2_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_EC2_IPV4_LOCAL',
      PUBLIC_IPV4: 'COREOS_EC2_IPV4_PUBLIC',
    },
  },
  gce: {
    since: '2.0.0',
    fields: {
      HOSTNAME: 'COREOS_GCE_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_GCE_IP_LOCAL_0',
      PUBLIC_IPV4: 'COREOS_GCE_IP_EXTERNAL_0',
    },
  },
  packet: {
    since: '2.0.0',
    fields: {
      HOSTNAME: 'COREOS_PACKET_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_PACKET_IPV4_PRIVATE_0',
      PUBLIC_IPV4: 'COREOS_PACKET_IPV4_PUBLIC_0',
      PUBLIC_IPV6: 'COREOS_PACKET_IPV6_PUBLIC_0',
    },
  },
  'openstack-metadata': {
    since: '2.0.0',
    fields: {
      HOSTNAME: 'COREOS_OPENSTACK_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_OPENSTACK_IPV4_LOCAL',
      PUBLIC_IPV4: 'COREOS_OPENSTACK_IPV4_PUBLIC',
    },
    isToldToService: true,
  },
  'vagrant-virtualbox': {
    since: '2.0.0',
    fields: {
      HOSTNAME: 'COREOS_VAGRANT_VIRTUALBOX_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_VAGRANT_VIRTUALBOX_PRIVATE_IPV4',
    },
  },
  'cloudstack-configdrive': {
    since: '2.1.0',
    fields: { HOSTNAME: 'CLOUDSTACK_LOCAL_HOSTNAME' },
    isToldToService: true,
  },
  custom: {
    since: '2.1.0',
    fields: {
      HOSTNAME: 'COREOS_CUSTOM_HOSTNAME',
      PRIVATE_IPV4: 'COREOS_CUSTOM_PRIVATE_IPV4',
      PUBLIC_IPV4: 'COREOS_CUSTOM_PUBLIC_IPV4',
      PRIVATE_IPV6: 'COREOS_CUSTOM_PRIVATE_IPV6',
      PUBLIC_IPV6: 'COREOS_CUSTOM_PUBLIC_IPV6',
    },
  },
};

/** The names of all platforms. */
export const PLATFORM_NAMES: readonly string[] = Object.keys(PLATFORMS);

function findPlatform(name: string): Platform | undefined {
  return Object.hasOwn(PLATFORMS, name) ? PLATFORMS[name] : undefined;
}

/** Whether a profile knows a platform. None at all is fine as long as nothing is asked of it. */
export function isSupportedPlatform(name: string, profile: Profile): boolean {
  const since = findPlatform(name)?.since;
  return name === '' || (since !== undefined && since <= profile);
}

/** The variable that holds a field on a platform. */
export function variableOf(platform: string, field: string): string | undefined {
  const { fields = {} } = findPlatform(platform) ?? {};
  return Object.hasOwn(fields, field) ? fields[field as DynamicField] : undefined;
}

/** The units that a platform needs whatever the configuration says. */
export function platformUnits(name: string, profile: Profile): IgnitionSystemdUnit[] {
  if (findPlatform(name)?.isToldToService !== true) return [];
  const contents = `[Service]\nEnvironment=COREOS_METADATA_OPT_PROVIDER=--provider=${name}`;
  const unitOf = (unit: string): IgnitionSystemdUnit => ({
    ...unitWithDropIn(unit, '20-clct-provider-override.conf', contents),
    enable: false,
  });
  const enabled = profile === '2.0.0' ? undefined : true;
  return [unitOf('coreos-metadata.service'), { ...unitOf('coreos-metadata-sshkeys@.service'), enabled }];
}
