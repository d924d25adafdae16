import { durationBetween, parseGiven } from '../server/setting-values.ts';
import { parseArguments, usageError, type Values } from './arguments.ts';
import { OUTPUT_FORMATS, type OutputFormat } from './join-output.ts';
import { addTlsChoice, readTlsChoice, type TlsChoice, type TlsFileOptions } from './join-tls.ts';
import type { Flags, Manual } from './manual.ts';

const FLAGS = {
  name: { value: 'NAME', help: "etcd's name of this member" },
  'peer-urls': {
    value: 'URLS',
    help: 'where other members reach it, with commas between, such as http://10.0.0.1:2380',
  },
  dialect: { choices: ['v2', 'v3'], help: 'how to speak with the service: HTTP or gRPC. Default: v2' },
  format: { value: 'FORMAT', choices: OUTPUT_FORMATS, help: 'env, flags, yaml or json. Default: env' },
  timeout: {
    value: 'DURATION',
    help: 'how long to wait for the others, such as 10m. Default: without end',
  },
  'on-full': {
    choices: ['proxy'],
    help: 'where the cluster is full: print the line that starts etcd as a proxy before it, or with --exec start it, by the words behind that up to etcd. Its members are asked where clients reach them, until one answers',
  },
  'proxy-listen': { value: 'H:P', help: 'where that proxy listens. Default: 127.0.0.1:2379' },
  'tls-ca': {
    value: 'FILE',
    help: 'a CA for the certificate of the service, beside those that Node trusts',
  },
  'tls-cert': {
    value: 'FILE',
    help: 'with --tls-key, a certificate for a service that wants one to register',
  },
  'tls-key': { value: 'FILE', help: 'the key of that certificate' },
  'peer-tls-ca': {
    value: 'FILE',
    help: 'with --on-full proxy: as --tls-ca for the members, on their peer URLs and, by the proxy, on their client URLs. Default: the file above',
  },
  'peer-tls-cert': { value: 'FILE', help: 'the same of --tls-cert' },
  'peer-tls-key': { value: 'FILE', help: 'the same of --tls-key' },
} as const satisfies Flags;

const EXEC = {
  exec: {
    value: 'COMMAND ...',
    takesRest: true,
    help: 'start this with ETCD_NAME, ETCD_INITIAL_CLUSTER and so on; all that follows belongs to it',
  },
} as const satisfies Flags;

export const JOIN_MANUAL: Manual = {
  usage: ['URL --name NAME --peer-urls URLS [options] [--exec COMMAND ...]'],
  about: [
    'Registers a member under a discovery URL, waits until its cluster is complete, and prints what etcd has to be told of it, or starts a command with that in its environment.',
  ],
  flags: { ...FLAGS, ...EXEC },
  examples: [
    'muster join http://10.0.0.5:8087/TOKEN --name n1 \\\n  --peer-urls http://10.0.0.1:2380 > /etc/etcd/cluster.env',
    'muster join http://10.0.0.5:8087/TOKEN --name n1 \\\n  --peer-urls http://10.0.0.1:2380 \\\n  --exec etcd --listen-peer-urls http://10.0.0.1:2380',
  ],
  exitCodes: [
    ['0', 'the cluster is complete; with --exec, as the command ended'],
    ['2', 'the command line is wrong'],
    ['3', 'full: other members have all the places'],
    ['4', 'unknown: there is no such token at this address'],
    ['5', 'expired: the life of the token is over, or it was revoked'],
    ['6', 'duplicate: another machine has this identity, name or peer URL'],
    ['7', 'timed out: the cluster was not complete in time'],
    ['8', 'unreachable: nobody answers at this address'],
    ['9', 'refused: the message says why, and what to do'],
    ['126, 127', 'the command behind --exec cannot be started, or is not there'],
    ['129, 130, 131, 143', 'ended by SIGHUP, SIGINT, SIGQUIT, SIGTERM'],
  ],
};

/** What `muster join` was asked for. */
export interface JoinArguments {
  readonly url: string;
  readonly name: string;
  readonly peerUrls: readonly string[];
  readonly dialect: 'v2' | 'v3';
  readonly format: OutputFormat;
  readonly timeoutMs: number | undefined;
  /** For the service. */
  readonly tls: TlsChoice;
  /** For the members of a full cluster. */
  readonly peerTls: TlsChoice;
  /** Where a proxy listens, in case the cluster is full; undefined: full is an error. */
  readonly proxyListen: string | undefined;
  /** The command to start, with its arguments; undefined: print. */
  readonly command: readonly string[] | undefined;
}

/** @returns undefined where the help is asked for. @throws MusterError `bad-setting` */
export function parseJoinArguments(args: readonly string[]): JoinArguments | undefined {
  const at = args.indexOf('--exec');
  const command = at === -1 ? undefined : args.slice(at + 1);
  const own = at === -1 ? args : args.slice(0, at);
  if (own.includes('--help') || own.includes('-h')) return undefined;
  if (command?.length === 0) throw usageError('join', '--exec needs a command');
  const { values, words } = parseArguments('join', own, FLAGS, Number.POSITIVE_INFINITY);
  const url = parseDiscoveryUrl('join', words);
  const { name, dialect = 'v2', format = 'env', timeout } = values;
  const peerUrls = values['peer-urls']?.split(',').filter((text) => text !== '');
  if (name === undefined || peerUrls === undefined || peerUrls.length === 0) {
    throw usageError('join', 'muster join needs --name and --peer-urls');
  }
  const proxyListen = proxyListenOf(values);
  const peerTlsFiles = tlsFilesOf('peer-tls', values);
  const given = Object.entries(peerTlsFiles).find(([, file]) => file !== undefined);
  if (given !== undefined && proxyListen === undefined)
    throw usageError('join', `--peer-tls-${given[0]} needs --on-full proxy`);
  const timeoutMs = timeout === undefined ? undefined : parseGiven('--timeout', timeout, parseTimeout) * 1000;
  const tls = readTlsChoice('tls', tlsFilesOf('tls', values));
  const peerTls = addTlsChoice(readTlsChoice('peer-tls', peerTlsFiles), tls);
  return { url, name, peerUrls, dialect, format, timeoutMs, tls, peerTls, proxyListen, command };
}

/** The one discovery URL that a command takes. @throws MusterError `bad-setting` */
export function parseDiscoveryUrl(command: string, [url, ...more]: readonly string[]): string {
  if (url === undefined || more.length > 0)
    throw usageError(command, `muster ${command} takes one discovery URL`);
  if (URL.canParse(url) && /^https?:\/\//i.test(url)) return url;
  const given = JSON.stringify(url.slice(0, 100));
  throw usageError(command, `${given} is not a discovery URL, such as http://10.0.0.5:8087/TOKEN`);
}

function proxyListenOf(values: Values<typeof FLAGS>): string | undefined {
  const { 'on-full': onFull, 'proxy-listen': listen } = values;
  if (onFull === undefined && listen !== undefined)
    throw usageError('join', '--proxy-listen needs --on-full proxy');
  return onFull === undefined ? undefined : (listen ?? '127.0.0.1:2379');
}

const DAY_SECONDS = 24 * 60 * 60;

const parseTimeout: (text: string) => number = durationBetween(1, 20 * DAY_SECONDS);

function tlsFilesOf(prefix: 'tls' | 'peer-tls', values: Values<typeof FLAGS>): Required<TlsFileOptions> {
  return { ca: values[`${prefix}-ca`], cert: values[`${prefix}-cert`], key: values[`${prefix}-key`] };
}
