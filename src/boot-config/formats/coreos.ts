import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import { memberSettings, placeOf, type Setting, systemRoots, tlsFiles } from '../settings.ts';
import { rootsLines, SERVICE_LINES, tlsFileNotes, unitText } from '../unit.ts';
import { commandLines, indent, yamlText } from '../words.ts';

/** What the units of Container Linux and Flatcar give etcd themselves, as variables: a flag beside them ends etcd. */
const OF_THE_UNIT: ReadonlySet<string> = new Set(['data-dir']);

/** The settings that go into a drop-in of etcd-member.service, which has a name and a folder for the data. */
function dropInSettings(plan: BootPlan, address: string): readonly Setting[] {
  const place = placeOf(plan, { name: undefined, address });
  return memberSettings(plan, { ...place, name: undefined }).filter(([flag]) => !OF_THE_UNIT.has(flag));
}

function nameNote({ name }: BootPlan): string {
  const asked = name === undefined ? '' : `, so that ${JSON.stringify(name)} is not in it`;
  return `The name is the machine id: etcd-member.service sets ETCD_NAME=%m, and etcd does not start with --name beside it${asked}.`;
}

/** A Container Linux Config, for the transpiler `ct`. It has no v3 discovery: its list of options ended before. */
export function formatClc(plan: BootPlan): PlatformPart {
  const { version, cloud } = plan;
  const lines = dropInSettings(plan, '{PRIVATE_IPV4}').map(([flag, value]) => {
    const text = value === 'true' ? value : yamlText(value);
    return `  ${flag.replaceAll('-', '_')}: ${text}\n`;
  });
  const roots = systemRoots(plan);
  return {
    files: [{ name: 'etcd.clc.yaml', text: `etcd:\n  version: ${version.release}\n${lines.join('')}` }],
    notes: [
      `Transpile it with ct -platform ${cloud.clcPlatform}, which puts the variable of that platform for {PRIVATE_IPV4}; for members in several regions or clouds take {PUBLIC_IPV4}.`,
      nameNote(plan),
      ...(roots === undefined
        ? []
        : [
            `A Container Linux Config has no word for the CA: put ${roots} into /etc/ssl/certs, which the container of etcd is given.`,
          ]),
    ],
  };
}

/** Butane for Flatcar: a drop-in of the unit that Flatcar brings. */
export function formatButaneFlatcar(plan: BootPlan): PlatformPart {
  const settings = dropInSettings(plan, `\${${plan.cloud.flatcarVariable}}`);
  const metadata =
    plan.address === undefined
      ? {
          unit: ['[Unit]', 'Requires=coreos-metadata.service', 'After=coreos-metadata.service', ''],
          service: ['EnvironmentFile=/run/metadata/flatcar'],
        }
      : { unit: [], service: [] };
  const command = commandLines(
    'ExecStart=/usr/lib/flatcar/etcd-wrapper $ETCD_OPTS',
    settings.map(([flag, value]) => `--${flag}=${value}`),
  );
  const dataLine = plan.dataDir === '/var/lib/etcd' ? [] : [`Environment=ETCD_DATA_DIR=${plan.dataDir}`];
  const dropIn = [
    ...metadata.unit,
    '[Service]',
    `Environment=ETCD_IMAGE_TAG=v${plan.version.release}`,
    ...dataLine,
    ...rootsLines(plan),
    ...metadata.service,
    ...['ExecStart=', command],
  ].join('\n');
  const text = [
    'variant: flatcar\nversion: 1.1.0\nsystemd:\n  units:\n',
    '    - name: etcd-member.service\n      enabled: true\n      dropins:\n',
    '        - name: 20-etcd-member.conf\n          contents: |\n',
    indent(dropIn, 12),
  ].join('');
  return { files: [{ name: 'etcd-flatcar.bu', text }], notes: flatcarNotes(plan) };
}

function flatcarNotes(plan: BootPlan): readonly string[] {
  const notes = [nameNote(plan), 'butane --strict etcd-flatcar.bu > etcd.ign makes the Ignition file of it.'];
  if (plan.address === undefined) notes.push(metadataNote(plan, plan.cloud.flatcarVariable));
  const files = tlsFiles(plan);
  if (files.length > 0) {
    notes.push(
      `The container of etcd sees /var/lib/etcd, /etc/ssl/certs and /usr/share/ca-certificates of the machine alone: ${files.join(', ')} must be in one of them.`,
    );
  }
  return notes;
}

function metadataNote({ cloud }: BootPlan, variable: string): string {
  return `The address is ${variable}, the private one on ${cloud.label}; for members in several regions or clouds take the public one.`;
}

/** Butane for Fedora CoreOS, which brings no unit for etcd: one that runs its container. */
export function formatButaneFcos(plan: BootPlan): PlatformPart {
  const place = placeOf(plan, { name: '%H', address: `\${${plan.cloud.fcosVariable}}` });
  const metadata =
    plan.address === undefined
      ? {
          unit: ['Requires=afterburn.service', 'After=afterburn.service'],
          service: ['EnvironmentFile=/run/metadata/afterburn'],
        }
      : { unit: [], service: [] };
  const roots = systemRoots(plan);
  const args = [
    '--rm --name etcd --replace --network host --log-driver passthrough',
    `--volume ${plan.dataDir}:${plan.dataDir}:Z`,
    ...tlsFiles(plan).map((file) => `--volume ${file}:${file}:ro`),
    ...(roots === undefined ? [] : [`--env SSL_CERT_FILE=${roots}`]),
    `--entrypoint /usr/local/bin/etcd quay.io/coreos/etcd:v${plan.version.release}`,
    ...memberSettings(plan, place).map(([flag, value]) => `--${flag}=${value}`),
  ];
  const unit = unitText(
    'etcd',
    [
      ...metadata.service,
      `ExecStartPre=/usr/bin/mkdir -p -m 0700 ${plan.dataDir}`,
      commandLines('ExecStart=/usr/bin/podman run', args).trimEnd(),
      'ExecStop=/usr/bin/podman stop --ignore etcd',
      ...SERVICE_LINES,
    ],
    metadata.unit,
  );
  const text = [
    'variant: fcos\nversion: 1.5.0\nsystemd:\n  units:\n',
    '    - name: etcd.service\n      enabled: true\n      contents: |\n',
    indent(unit, 8),
  ].join('');
  const notes = ['butane --strict etcd-fcos.bu > etcd.ign makes the Ignition file of it.'];
  if (plan.address === undefined) notes.push(metadataNote(plan, plan.cloud.fcosVariable));
  if (plan.name === undefined) {
    notes.push(
      'The name is %H, the host name; check that no two machines have the same ("localhost" is none).',
    );
  }
  return { files: [{ name: 'etcd-fcos.bu', text }], notes: [...notes, ...tlsFileNotes(plan)] };
}
