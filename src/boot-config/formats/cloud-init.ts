import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import { etcdUnit, tlsFileNotes } from '../unit.ts';
import { indent } from '../words.ts';

const ADDRESS_FILE = '/etc/etcd/address.env';

/**
 * The address that a machine sends from by default. Asking the kernel for a way to an address that only
 * documentation uses (RFC 5737) sends nothing.
 */
const FIND_ADDRESS: string = "ip -4 route get 192.0.2.1 | sed -n 's/.* src \\([0-9.]*\\).*/ADDRESS=\\1/p'";

/** User data for cloud-init: the same for every machine. */
export function cloudConfig(plan: BootPlan): string {
  const unit = etcdUnit(plan, { kind: 'file', path: ADDRESS_FILE });
  const address = [
    '  - mkdir -p /etc/etcd\n',
    // A block, since the line has both kinds of quotes.
    `  - |\n    ${FIND_ADDRESS} > ${ADDRESS_FILE}\n`,
  ];
  return [
    '#cloud-config\n',
    'write_files:\n',
    '  - path: /etc/systemd/system/etcd.service\n',
    "    permissions: '0644'\n",
    '    content: |\n',
    indent(unit, 6),
    'runcmd:\n',
    ...(plan.address === undefined ? address : []),
    '  - systemctl daemon-reload\n',
    // It is active only when the cluster is complete, and cloud-init must not wait for that.
    '  - systemctl enable --now --no-block etcd.service\n',
  ].join('');
}

export function formatCloudInit(plan: BootPlan): PlatformPart {
  return {
    files: [{ name: 'user-data.yaml', text: cloudConfig(plan) }],
    notes: [...cloudConfigNotes(plan), ...tlsFileNotes(plan)],
  };
}

/** What to check on the machines that get it. */
export function cloudConfigNotes(plan: BootPlan): readonly string[] {
  const notes = [
    `The image has to hold etcd ${plan.version.release} at /usr/local/bin/etcd. A package that starts an etcd of its own when it is installed gets in the way: what that one has written to ${plan.dataDir} wins over any discovery.`,
  ];
  if (plan.address === undefined) {
    notes.push(
      'The address is the one that the machine sends from by default. Where members reach each other by another one, write that to /etc/etcd/address.env instead.',
    );
  }
  if (plan.name === undefined) {
    notes.push(
      'The name is %H, the host name that the cloud gives; check that no two machines have the same.',
    );
  }
  return notes;
}
