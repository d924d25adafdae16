/** Where machines of CoreOS and Flatcar run, and what their metadata call the private address. */
export interface Cloud {
  readonly id: CloudId;
  /** For people. */
  readonly label: string;
  /** The value of `-platform` of the Container Linux Config transpiler. */
  readonly clcPlatform: string;
  /** The variable in /run/metadata/flatcar. */
  readonly flatcarVariable: string;
  /** The variable in /run/metadata/afterburn of Fedora CoreOS. */
  readonly fcosVariable: string;
}

export type CloudId =
  | 'ec2'
  | 'gce'
  | 'azure'
  | 'digitalocean'
  | 'packet'
  | 'openstack'
  | 'vagrant-virtualbox'
  | 'custom';

function cloud(id: CloudId, label: string, flatcar: string, fcos: string, clcPlatform: string = id): Cloud {
  return {
    ...{ id, label, clcPlatform },
    ...{ flatcarVariable: `COREOS_${flatcar}`, fcosVariable: `AFTERBURN_${fcos}` },
  };
}

/** The first is taken where none is named. */
export const CLOUDS: readonly Cloud[] = [
  cloud('ec2', 'Amazon EC2', 'EC2_IPV4_LOCAL', 'AWS_IPV4_LOCAL'),
  cloud('gce', 'Google Compute Engine', 'GCE_IP_LOCAL_0', 'GCP_IP_LOCAL_0'),
  cloud('azure', 'Microsoft Azure', 'AZURE_IPV4_DYNAMIC', 'AZURE_IPV4_DYNAMIC'),
  cloud('digitalocean', 'DigitalOcean', 'DIGITALOCEAN_IPV4_PRIVATE_0', 'DIGITALOCEAN_IPV4_PRIVATE_0'),
  cloud('packet', 'Equinix Metal (Packet)', 'PACKET_IPV4_PRIVATE_0', 'PACKET_IPV4_PRIVATE_0'),
  cloud('openstack', 'OpenStack', 'OPENSTACK_IPV4_LOCAL', 'OPENSTACK_IPV4_LOCAL', 'openstack-metadata'),
  cloud(
    'vagrant-virtualbox',
    'Vagrant with VirtualBox',
    'VAGRANT_VIRTUALBOX_PRIVATE_IPV4',
    'VAGRANT_VIRTUALBOX_PRIVATE_IPV4',
  ),
  cloud('custom', 'a metadata provider of your own', 'CUSTOM_PRIVATE_IPV4', 'CUSTOM_PRIVATE_IPV4'),
];
