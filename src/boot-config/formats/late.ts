import type { PlatformPart } from '../part.ts';
import type { BootPlan } from '../plan.ts';
import { ADDRESS_HOLDER, memberTlsSettings, placeOf, type Setting, urlSettings } from '../settings.ts';
import { addressLines, SERVICE_LINES, tlsFileNotes, UNIT_PLACE, unitText, userLines } from '../unit.ts';
import { commandLines } from '../words.ts';

const SCRIPT_PATH = '/usr/local/bin/etcd-late';

/**
 * A unit for machines that may come when the cluster is full: such a machine gets a proxy before the cluster, as etcd
 * up to 3.5 did by itself, and one that finds a free place becomes a member.
 */
export function formatLate(plan: BootPlan): PlatformPart {
  const place = placeOf(plan, UNIT_PLACE);
  const urls = urlSettings(plan, place.address);
  const isPeerUrl = ([flag]: Setting): boolean => flag === 'initial-advertise-peer-urls';
  const settings: readonly Setting[] = [
    ['data-dir', plan.dataDir],
    ...urls.filter((setting) => !isPeerUrl(setting)),
    ...memberTlsSettings(plan),
  ];
  const own = [`${place.name}`, urls.find(isPeerUrl)?.[1] ?? ''];
  const args = [...own, ...settings.map(([flag, value]) => `--${flag}=${value}`)];
  const unit = unitText('etcd, or a proxy before it', [
    ...addressLines(plan, { kind: 'line' }),
    commandLines(`ExecStart=${SCRIPT_PATH}`, args).trimEnd(),
    ...userLines(plan),
    ...SERVICE_LINES,
  ]);
  return {
    files: [
      { name: 'etcd-late.service', text: unit },
      { name: 'etcd-late', text: scriptOf(plan) },
    ],
    notes: notesOf(plan),
  };
}

/** What a member has on its disk goes before the token: it does not ask again, and would be refused. */
function scriptOf(plan: BootPlan): string {
  const join = [
    `--name "$name" --peer-urls "$peer_urls" --dialect ${plan.dialect}`,
    ...tlsArgs(plan),
    `--on-full proxy --proxy-listen 127.0.0.1:${plan.clientPort}`,
    '--exec /usr/local/bin/etcd "$@"',
  ];
  return [
    '#!/bin/sh\n',
    '# Starts the etcd of this machine: the member that it is, the one that it becomes, or a proxy before the others.\n',
    '# Usage: etcd-late NAME PEER-URLS FLAG-OF-A-MEMBER...\n',
    'set -eu\nname=$1 peer_urls=$2\nshift 2\n',
    `if [ -d ${plan.dataDir}/member ]; then\n`,
    '  exec /usr/local/bin/etcd --name="$name" --initial-advertise-peer-urls="$peer_urls" "$@"\n',
    'fi\n',
    commandLines(`exec /opt/muster/bin/muster join ${plan.url}`, join),
  ].join('');
}

function tlsArgs({ serviceTls, memberTls }: BootPlan): readonly string[] {
  const words = [
    ['--tls-ca', serviceTls.caFile],
    ['--tls-cert', serviceTls.certFile],
    ['--tls-key', serviceTls.keyFile],
    ['--peer-tls-ca', memberTls?.caFile],
    ['--peer-tls-cert', memberTls?.certFile],
    ['--peer-tls-key', memberTls?.keyFile],
  ].flatMap(([flag, file]) => (file === undefined ? [] : [`${flag} ${file}`]));
  return words.length === 0 ? [] : [words.join(' ')];
}

function notesOf(plan: BootPlan): readonly string[] {
  const notes = [
    `The unit goes to /etc/systemd/system/etcd-late.service, the script to ${SCRIPT_PATH} with mode 0755. They expect etcd at /usr/local/bin/etcd, Muster at /opt/muster and Node.js in the PATH of units.`,
    `Clients on the machine reach etcd at 127.0.0.1:${plan.clientPort}, by the member or by the proxy.`,
  ];
  if (plan.address === undefined) notes.push(`Replace ${ADDRESS_HOLDER} in the unit on every machine.`);
  if (plan.name === undefined)
    notes.push('The name is %H, the host name; check that no two machines have the same.');
  if (plan.tokenForm === 'bare') {
    notes.push(
      'Members that were given the bare token and machines that come by this do not meet: it serves for a cluster that is full already.',
    );
  }
  return [...notes, ...tlsFileNotes(plan)];
}
