import {
  type BootConfigRequest,
  CLOUDS,
  type CloudId,
  DEFAULT_ETCD_VERSION,
  type MemberTls,
  PLATFORMS,
  type PlatformId,
} from '../boot-config/boot-config.ts';
import { parseClusterSize } from '../registry/cluster-size.ts';
import { parseArguments, usageError, type Values } from './arguments.ts';
import { parseDiscoveryUrl } from './join-arguments.ts';
import type { Flags, Manual } from './manual.ts';

const FIRST_PLATFORM: PlatformId = 'flags';
const PLATFORM_IDS: readonly PlatformId[] = PLATFORMS.map(({ id }) => id);
const CLOUD_IDS: readonly CloudId[] = CLOUDS.map(({ id }) => id);

const FLAGS = {
  platform: {
    value: 'PLATFORM',
    choices: PLATFORM_IDS,
    help: `what starts etcd, or the form in which it is told: ${PLATFORM_IDS.join(', ')}. Default: ${FIRST_PLATFORM}`,
  },
  etcd: {
    value: 'VERSION',
    help: `the version of etcd, such as 3.5 or 3.6.16. Default: ${DEFAULT_ETCD_VERSION}`,
  },
  dialect: {
    choices: ['v2', 'v3'],
    help: 'how members find each other, where their etcd leaves a choice: 3.6 has both. Default: v3 from 3.6 on',
  },
  'token-form': {
    choices: ['url', 'bare'],
    help: 'the token of v3: the whole URL, by which members of both dialects meet, or the bare token. Default: url',
  },
  cloud: {
    value: 'CLOUD',
    choices: CLOUD_IDS,
    help: `whose metadata tell the address, for butane-flatcar, butane-fcos and clc: ${CLOUD_IDS.join(', ')}. Default: ${CLOUD_IDS[0]}`,
  },
  name: { value: 'NAME', help: 'the name of one member. Default: what the platform has for it' },
  address: {
    value: 'ADDRESS',
    help: 'the address of one member. Default: what the platform has for it, or a place holder',
  },
  'peer-port': { value: 'PORT', help: 'where members listen for each other. Default: 2380' },
  'client-port': { value: 'PORT', help: 'where members listen for clients. Default: 2379' },
  'data-dir': { value: 'PATH', help: 'the folder of etcd on the machine. Default: /var/lib/etcd' },
  size: { value: 'N', help: 'the cluster size of the token, for the notes' },
  'service-ca': { value: 'PATH', help: 'the CA of the discovery service, as a file on the machine' },
  'service-cert': { value: 'PATH', help: 'with --service-key, what the service wants to see; v3 only' },
  'service-key': { value: 'PATH', help: 'the key of that certificate' },
  'member-ca': {
    value: 'PATH',
    help: 'with --member-cert and --member-key, TLS among members and with clients, by files on the machine',
  },
  'member-cert': { value: 'PATH', help: 'the certificate of the member' },
  'member-key': { value: 'PATH', help: 'its key' },
  out: {
    value: 'DIR',
    help: 'write the files there; one that exists is not overwritten. Default: print them',
  },
  json: { help: 'print files and notes as JSON' },
} as const satisfies Flags;

export const BOOT_CONFIG_MANUAL: Manual = {
  usage: ['URL [--platform PLATFORM] [--etcd VERSION] [options]'],
  about: [
    'Writes what machines have to be told of a discovery URL, for a version of etcd and what starts it: to the standard output, with notes of what to replace and to check on the standard error. It asks nobody, so that the service need not run.',
  ],
  flags: FLAGS,
  words: { URL: 'the discovery URL, as it was made' },
  examples: [
    'muster boot-config http://10.0.0.5:8087/TOKEN --platform systemd --etcd 3.5',
    'muster boot-config http://10.0.0.5:8087/TOKEN --platform yaml --name n1 --address 10.0.0.1 > etcd.yaml',
    'muster boot-config https://discovery.example/TOKEN --platform butane-flatcar --cloud gce',
    'muster boot-config http://10.0.0.5:8087/TOKEN --platform late --out late-machines',
  ],
  exitCodes: [
    ['0', 'it is written'],
    ['1', 'a file cannot be written, or is there already'],
    ['2', 'the command line is wrong, or asks for what goes badly together'],
  ],
};

/** What a command line asks for. */
export interface BootConfigArguments {
  readonly request: BootConfigRequest;
  /** The folder to write to; undefined: print. */
  readonly out: string | undefined;
  readonly isJson: boolean;
}

/** Undefined where the help is asked for. @throws MusterError `bad-setting` */
export function parseBootConfigArguments(args: readonly string[]): BootConfigArguments | undefined {
  const { values, words, isHelp } = parseArguments('boot-config', args, FLAGS, 2);
  if (isHelp) return undefined;
  const request = requestOf(parseDiscoveryUrl('boot-config', words), values);
  return { request, out: values.out, isJson: values.json === true };
}

function requestOf(discoveryUrl: string, values: Values<typeof FLAGS>): BootConfigRequest {
  const { platform = FIRST_PLATFORM, etcd, dialect, name, address, cloud, size } = values;
  const serviceTls = {
    caFile: values['service-ca'],
    certFile: values['service-cert'],
    keyFile: values['service-key'],
  };
  return {
    ...{ discoveryUrl, dialect, name, address },
    ...{ platform, cloud },
    etcdVersion: etcd,
    tokenForm: values['token-form'],
    size: size === undefined ? undefined : parseClusterSize(size),
    peerPort: portOf('peer-port', values['peer-port']),
    clientPort: portOf('client-port', values['client-port']),
    dataDir: values['data-dir'],
    serviceTls,
    memberTls: memberTlsOf(values),
  };
}

function portOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined || /^[0-9]{1,5}$/.test(text)) return text === undefined ? undefined : Number(text);
  throw usageError('boot-config', `--${flag} ${JSON.stringify(text.slice(0, 100))} is no port`);
}

function memberTlsOf(values: Values<typeof FLAGS>): MemberTls | undefined {
  const { 'member-ca': caFile, 'member-cert': certFile, 'member-key': keyFile } = values;
  if (caFile !== undefined && certFile !== undefined && keyFile !== undefined) {
    return { caFile, certFile, keyFile };
  }
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return undefined;
  throw usageError('boot-config', '--member-ca, --member-cert and --member-key come together');
}
