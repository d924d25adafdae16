import type { BootPlan } from './plan.ts';
import { ADDRESS_HOLDER, memberSettings, type Place, placeOf, systemRoots, tlsFiles } from './settings.ts';
import { commandLines } from './words.ts';

/** Where a unit gets the machine's address from: a line to edit, or a file that something writes before it starts. */
export type AddressSource = { readonly kind: 'line' } | { readonly kind: 'file'; readonly path: string };

/** %H is the machine's host name; the address comes from the unit's environment. */
export const UNIT_PLACE: Place = { name: '%H', address: `\${ADDRESS}` };

const STATE_FOLDERS = '/var/lib/';

/** Whether a unit can have its data folder made and owned by systemd. */
export function isStateDirectory({ dataDir }: BootPlan): boolean {
  return dataDir.startsWith(STATE_FOLDERS);
}

/** The lines by which a unit's variables get the machine's address; none where the plan has it. */
export function addressLines(plan: BootPlan, source: AddressSource): readonly string[] {
  if (plan.address !== undefined) return [];
  if (source.kind === 'file') return [`EnvironmentFile=${source.path}`];
  return [
    "# This machine's own address, as the other members reach it.",
    `Environment=ADDRESS=${ADDRESS_HOLDER}`,
  ];
}

/** The line by which a program of Go trusts the CA of the service. */
export function rootsLines(plan: BootPlan): readonly string[] {
  const roots = systemRoots(plan);
  return roots === undefined ? [] : [`Environment=SSL_CERT_FILE=${roots}`];
}

/** The lines by which a unit runs as a user of its own, who owns the data. */
export function userLines(plan: BootPlan): readonly string[] {
  if (!isStateDirectory(plan)) return [];
  const folder = `StateDirectory=${plan.dataDir.slice(STATE_FOLDERS.length)}`;
  return [
    // A user of that name is taken where there is one, and made for as long as etcd runs where there is none.
    ...['User=etcd', 'DynamicUser=yes'],
    ...[folder, 'StateDirectoryMode=0700'],
  ];
}

/** What every unit that runs etcd has: it may wait for the other machines for as long as it takes. */
export const SERVICE_LINES: readonly string[] = [
  '# Until the cluster is complete etcd waits, and is no service yet.',
  'TimeoutStartSec=infinity',
  'Restart=on-failure',
  'RestartSec=5',
  'LimitNOFILE=65536',
];

/** A unit of systemd that runs the etcd of this machine. */
export function etcdUnit(plan: BootPlan, source: AddressSource): string {
  const args = memberSettings(plan, placeOf(plan, UNIT_PLACE)).map(([flag, value]) => `--${flag}=${value}`);
  return unitText('etcd', [
    'Type=notify',
    ...addressLines(plan, source),
    ...rootsLines(plan),
    commandLines('ExecStart=/usr/local/bin/etcd', args).trimEnd(),
    ...userLines(plan),
    ...SERVICE_LINES,
  ]);
}

/** A unit around the lines of its section for the service. */
export function unitText(
  description: string,
  service: readonly string[],
  unit: readonly string[] = [],
): string {
  return [
    ...['[Unit]', `Description=${description}`, 'Documentation=https://etcd.io/docs/'],
    ...['Wants=network-online.target', 'After=network-online.target', ...unit],
    ...['', '[Service]', ...service],
    ...['', '[Install]', 'WantedBy=multi-user.target', ''],
  ].join('\n');
}

/** What to check where a unit runs as a user of its own and reads files of TLS. */
export function tlsFileNotes(plan: BootPlan): readonly string[] {
  const files = tlsFiles(plan);
  if (files.length === 0) return [];
  return [`etcd has to be able to read ${files.join(', ')} on every machine, as the user that it runs as.`];
}
