import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import { discoverySettings, memberSettings, placeOf, systemRoots, variableOf } from '../settings.ts';
import { tlsFileNotes } from '../unit.ts';
import { indent, yamlText } from '../words.ts';
import { cloudConfig, cloudConfigNotes } from './cloud-init.ts';

/** Variables of an Ansible group whose hosts are the members. */
export function formatAnsible(plan: BootPlan): PlatformPart {
  const place = placeOf(plan, { name: '{{ inventory_hostname }}', address: '{{ etcd_address }}' });
  const roots = systemRoots(plan);
  const address = plan.address === undefined ? ['etcd_address: "{{ ansible_default_ipv4.address }}"\n'] : [];
  const text = [
    `etcd_version: ${yamlText(plan.version.release)}\n`,
    ...address,
    '# For the environment of etcd: an EnvironmentFile of its unit, or "environment:" of its container.\n',
    'etcd_environment:\n',
    ...memberSettings(plan, place).map(([flag, value]) => `  ${variableOf(flag)}: ${yamlText(value)}\n`),
    ...(roots === undefined ? [] : [`  SSL_CERT_FILE: ${yamlText(roots)}\n`]),
  ].join('');
  const notes = ['The file goes to group_vars/etcd.yml, for a group "etcd" that holds the members.'];
  if (plan.address === undefined) {
    notes.push(
      'The address is that of the default route, and needs gathered facts; set etcd_address for hosts with several.',
    );
  }
  return { files: [{ name: 'etcd.yml', text }], notes: [...notes, ...tlsFileNotes(plan)] };
}

/** Locals of Terraform: user data that are the same for every machine, and what a template of one's own needs. */
export function formatTerraform(plan: BootPlan): PlatformPart {
  const roots = systemRoots(plan);
  const discovery = [
    ...discoverySettings(plan).map(([flag, value]) => [variableOf(flag), value] as const),
    ...(roots === undefined ? [] : [['SSL_CERT_FILE', roots] as const]),
  ];
  const width = Math.max(...discovery.map(([name]) => name.length));
  // Terraform would put values for these itself.
  const userData = cloudConfig(plan).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
  const text = [
    'locals {\n',
    '  # For user_data: the same for every member.\n',
    '  etcd_user_data = <<-EOT\n',
    indent(userData, 4),
    '  EOT\n\n',
    '  # For templates of your own: what etcd needs to find the other members.\n',
    '  etcd_discovery = {\n',
    ...discovery.map(([name, value]) => `    ${name.padEnd(width)} = ${JSON.stringify(value)}\n`),
    '  }\n}\n',
  ].join('');
  return {
    files: [{ name: 'etcd.tf', text }],
    notes: [
      'Give each machine user_data = local.etcd_user_data. A new token changes it, and with it the machines: take one for each new cluster, and ignore changes of user_data afterwards.',
      ...cloudConfigNotes(plan),
      ...tlsFileNotes(plan),
    ],
  };
}
