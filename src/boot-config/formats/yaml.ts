import { MusterError } from '../../errors.ts';
import { isAtLeast } from '../etcd-version.ts';
import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import { ADDRESS_HOLDER, NAME_HOLDER, placeOf, systemRoots, urlSettings } from '../settings.ts';
import { yamlText } from '../words.ts';
import { holderNotes } from './plain.ts';

/**
 * etcd's own file, for --config-file. Of flags that belong to a group it has the group only
 * (etcd-io/etcd:server/embed/config.go, `discovery-config`, `client-transport-security`): the same key outside of it is
 * ignored without a word.
 */
export function formatYaml(plan: BootPlan): PlatformPart {
  if (!isAtLeast(plan.version, 3, 0)) {
    throw new MusterError('bad-setting', 'etcd 2 reads no file of YAML', { remedy: 'Take flags or env.' });
  }
  const place = placeOf(plan, { name: NAME_HOLDER, address: ADDRESS_HOLDER });
  const text = [
    `name: ${yamlText(place.name ?? NAME_HOLDER)}\n`,
    `data-dir: ${yamlText(plan.dataDir)}\n`,
    ...urlSettings(plan, place.address).map(([flag, value]) => `${flag}: ${yamlText(value)}\n`),
    ...discoveryLines(plan),
    ...memberTlsLines(plan),
  ].join('');
  return {
    files: [{ name: 'etcd.yaml', text }],
    notes: [...holderNotes(plan, 'etcd.yaml'), ...fileNotes(plan)],
  };
}

function fileNotes(plan: BootPlan): readonly string[] {
  const roots = systemRoots(plan);
  return [
    'Start it as etcd --config-file etcd.yaml, with no other flag and no ETCD_ variable: with a file, etcd ignores them.',
    ...(roots === undefined
      ? []
      : [
          `The file cannot name the CA of a v2 service: set SSL_CERT_FILE=${roots} in the environment of etcd.`,
        ]),
  ];
}

function discoveryLines({ dialect, url, origin, token, tokenForm, serviceTls }: BootPlan): readonly string[] {
  if (dialect === 'v2') return [`discovery: ${yamlText(url)}\n`];
  const { caFile, certFile, keyFile } = serviceTls;
  const secure = Object.entries({ cacert: caFile, cert: certFile, key: keyFile }).flatMap(([key, file]) =>
    file === undefined ? [] : [`      ${key}: ${yamlText(file)}\n`],
  );
  return [
    'discovery-config:\n',
    `  token: ${yamlText(tokenForm === 'url' ? url : token)}\n`,
    '  client:\n    endpoints:\n',
    `      - ${yamlText(origin)}\n`,
    ...(secure.length === 0 ? [] : ['    secure:\n', ...secure]),
  ];
}

function memberTlsLines({ memberTls }: BootPlan): readonly string[] {
  if (memberTls === undefined) return [];
  return ['client', 'peer'].flatMap((side) => [
    `${side}-transport-security:\n`,
    `  cert-file: ${yamlText(memberTls.certFile)}\n`,
    `  key-file: ${yamlText(memberTls.keyFile)}\n`,
    '  client-cert-auth: true\n',
    `  trusted-ca-file: ${yamlText(memberTls.caFile)}\n`,
  ]);
}
