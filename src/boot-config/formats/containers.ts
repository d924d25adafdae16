import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import {
  ADDRESS_HOLDER,
  memberSettings,
  type Place,
  placeOf,
  systemRoots,
  tlsFiles,
  variableOf,
} from '../settings.ts';
import { commandLines, shellWord, yamlText } from '../words.ts';
import { SHELL_ADDRESS, SHELL_PLACE, shellNotes } from './plain.ts';

/**
 * etcd's own image starts etcd, by its command in old releases and by its entry point in newer ones; its variables
 * serve both, and no argument has to say which.
 */
function variablesOf(plan: BootPlan, place: Place): ReadonlyArray<readonly [name: string, value: string]> {
  const roots = systemRoots(plan);
  return [
    ...memberSettings(plan, placeOf(plan, place)).map(([flag, value]) => [variableOf(flag), value] as const),
    ...(roots === undefined ? [] : [['SSL_CERT_FILE', roots] as const]),
  ];
}

function imageOf({ version }: BootPlan): string {
  return `quay.io/coreos/etcd:v${version.release}`;
}

const NETWORK_NOTE =
  "The container has the machine's own network, so that the address that etcd advertises is one that it listens on.";

/** A line of Docker; Podman takes the same. */
export function formatDocker(plan: BootPlan): PlatformPart {
  const line = commandLines('docker run', [
    '--detach --name etcd --restart unless-stopped --network host',
    `--volume etcd-data:${plan.dataDir}`,
    ...tlsFiles(plan).map((file) => `--volume ${file}:${file}:ro`),
    ...variablesOf(plan, SHELL_PLACE).map(([name, value]) => `--env ${name}=${shellWord(value)}`),
    imageOf(plan),
  ]);
  const text = plan.address === undefined ? `${SHELL_ADDRESS}${line}` : line;
  return {
    files: [{ name: 'etcd-docker.sh', text }],
    notes: [...shellNotes(plan, 'etcd-docker.sh'), NETWORK_NOTE],
  };
}

/** Compose, with one member for each machine. */
export function formatCompose(plan: BootPlan): PlatformPart {
  const demanded = (name: string, what: string): string => `\${${name}:?${what}}`;
  const place = {
    name: demanded('NAME', 'a name that no other member has'),
    address: demanded('ADDRESS', 'the address of this machine'),
  };
  const volumes = [`etcd-data:${plan.dataDir}`, ...tlsFiles(plan).map((file) => `${file}:${file}:ro`)];
  const text = [
    'services:\n  etcd:\n',
    `    image: ${imageOf(plan)}\n`,
    '    network_mode: host\n    restart: unless-stopped\n    volumes:\n',
    ...volumes.map((volume) => `      - ${volume}\n`),
    '    environment:\n',
    ...variablesOf(plan, place).map(([name, value]) => `      ${name}: ${yamlText(value)}\n`),
    'volumes:\n  etcd-data:\n',
  ].join('');
  const given = [
    plan.name === undefined && 'NAME=$(hostname)',
    plan.address === undefined && 'ADDRESS=10.0.0.1',
  ];
  const variables = given.filter((word) => word !== false).map((word) => `${word} `);
  return {
    files: [{ name: 'compose.yaml', text }],
    notes: [`Start it on every machine: ${variables.join('')}docker compose up --detach`, NETWORK_NOTE],
  };
}

/** A file of Podman's Quadlet. */
export function formatQuadlet(plan: BootPlan): PlatformPart {
  const variables = variablesOf(plan, { name: '%H', address: ADDRESS_HOLDER });
  const text = [
    '[Unit]\nDescription=etcd\nWants=network-online.target\nAfter=network-online.target\n\n',
    '[Container]\n',
    `Image=${imageOf(plan)}\n`,
    'ContainerName=etcd\nNetwork=host\n',
    `Volume=etcd-data:${plan.dataDir}\n`,
    ...tlsFiles(plan).map((file) => `Volume=${file}:${file}:ro\n`),
    ...variables.map(([name, value]) => `Environment=${name}=${value}\n`),
    '\n[Service]\nTimeoutStartSec=infinity\nRestart=on-failure\nRestartSec=5\n',
    '\n[Install]\nWantedBy=multi-user.target\n',
  ].join('');
  const notes = [
    'The file goes to /etc/containers/systemd/etcd.container; then systemctl daemon-reload and systemctl start etcd.',
  ];
  if (plan.address === undefined) {
    notes.push(
      `Replace ${ADDRESS_HOLDER} on every machine: sed -i "s/${ADDRESS_HOLDER}/10.0.0.1/" etcd.container`,
    );
  }
  if (plan.name === undefined)
    notes.push('The name is %H, the host name; check that no two machines have the same.');
  return { files: [{ name: 'etcd.container', text }], notes: [...notes, NETWORK_NOTE] };
}
