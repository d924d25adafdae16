import { parseArguments, usageError, type Values } from './arguments.ts';
import { parseDiscoveryUrl } from './join-arguments.ts';
import { addTlsChoice, readTlsChoice, type TlsChoice } from './join-tls.ts';
import type { Flags, Manual } from './manual.ts';
import { SERVICE_FLAGS } from './service-arguments.ts';

/** How the settings of the new member are written. */
const FORMATS = ['flags', 'env', 'yaml'] as const;

const FLAGS = {
  name: { value: 'NAME', help: 'the member to replace, by its name or its id; or the name of one more' },
  'peer-urls': {
    value: 'URLS',
    help: 'where the new member is reached by the others, with commas between. Default: as the old one',
  },
  endpoints: {
    value: 'URLS',
    help: 'client URLs of living members, to ask and for etcdctl, or where the cluster has users their peer URLs. They do without the discovery URL, whose token may be over. Default: as the members of the token tell',
  },
  format: { choices: FORMATS, help: 'how the settings of the new member are written. Default: flags' },
  json: { help: 'print all of it as JSON' },
  force: { help: 'print the lines also where the member answers, or too few others do' },
  ...SERVICE_FLAGS,
  'peer-tls-ca': {
    value: 'FILE',
    help: 'as --tls-ca, for the members on their peer URLs. Default: the file above',
  },
  'peer-tls-cert': { value: 'FILE', help: 'the same of --tls-cert' },
  'peer-tls-key': { value: 'FILE', help: 'the same of --tls-key' },
  'client-tls-ca': {
    value: 'FILE',
    help: 'as --tls-ca, for the members on their client URLs, and for etcdctl. Default: the file above',
  },
  'client-tls-cert': { value: 'FILE', help: 'the same of --tls-cert' },
  'client-tls-key': { value: 'FILE', help: 'the same of --tls-key' },
} as const satisfies Flags;

export const REPLACE_MANUAL: Manual = {
  usage: ['URL --name NAME [options]', '--endpoints URLS --name NAME [options]'],
  about: [
    'Says how a machine that is lost comes back to a cluster that runs, or how one more comes to it: the lines of etcdctl that take the old member out and put the new one in, and what the new one is started with. It asks the members of the cluster, and prints what fits them; it changes nothing itself.',
    'The token has no part in this: it only brought the cluster together, and --discovery must not be given to a machine that comes later.',
  ],
  flags: FLAGS,
  words: { URL: 'the discovery URL that the cluster began with' },
  examples: [
    'muster replace http://10.0.0.5:8087/TOKEN --name n3',
    'muster replace http://10.0.0.5:8087/TOKEN --name n3 \\\n  --peer-urls http://10.0.0.9:2380 --format env',
    'muster replace --endpoints http://10.0.0.1:2379,http://10.0.0.2:2379 --name n3',
  ],
  exitCodes: [
    ['0', 'the lines are printed'],
    ['2', 'the command line is wrong, or leaves open what is meant'],
    ['4', 'unknown: there is no such token at this address'],
    ['5', 'expired: the life of the token is over; --endpoints do without it'],
    ['8', 'unreachable: neither the service nor a member answers'],
    ['9', 'refused: the message says why, and what to do'],
    ['10', 'the member answers, so there is nothing to replace'],
    ['11', 'too few members answer, or another one has to be seen to first'],
  ],
};

/** What `muster replace` was asked for. */
export interface ReplaceArguments {
  /** The discovery URL, where one was given. */
  readonly url: string | undefined;
  readonly member: string;
  readonly peerUrls: readonly string[] | undefined;
  readonly endpoints: readonly string[];
  readonly format: (typeof FORMATS)[number] | 'json';
  readonly isForced: boolean;
  /** For the service, the peer URLs and the client URLs. */
  readonly tls: TlsChoice;
  readonly peerTls: TlsChoice;
  readonly clientTls: TlsChoice;
}

/** @returns undefined where the help is asked for. @throws MusterError `bad-setting` */
export function parseReplaceArguments(args: readonly string[]): ReplaceArguments | undefined {
  const { values, words, isHelp } = parseArguments('replace', args, FLAGS, Number.POSITIVE_INFINITY);
  if (isHelp) return undefined;
  const { name: member, format = 'flags', json, force } = values;
  const endpoints = urlsOf('endpoints', values.endpoints) ?? [];
  const url = words.length === 0 && endpoints.length > 0 ? undefined : parseDiscoveryUrl('replace', words);
  if (member === undefined || !/^[^=,\s]+$/.test(member))
    throw usageError('replace', 'muster replace needs --name: the member to replace, without "=" and ","');
  const tls = tlsOf('tls', values);
  const peerTls = addTlsChoice(tlsOf('peer-tls', values), tls);
  const clientTls = addTlsChoice(tlsOf('client-tls', values), peerTls);
  return {
    ...{ url, member, endpoints, tls, peerTls, clientTls },
    peerUrls: urlsOf('peer-urls', values['peer-urls']),
    format: json === true ? 'json' : format,
    isForced: force === true,
  };
}

/** URLs as etcd takes them: scheme, host and port. */
function urlsOf(flag: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const urls = text.split(',').filter((url) => url !== '');
  const odd = urls.find((url) => !/^https?:\/\/[^\s/'"]+:\d{1,5}$/.test(url) || !URL.canParse(url));
  if (urls.length > 0 && odd === undefined) return urls;
  const given = JSON.stringify((odd ?? text).slice(0, 100));
  throw usageError('replace', `--${flag} ${given} is not http://HOST:PORT or https://HOST:PORT`);
}

function tlsOf(prefix: 'tls' | 'peer-tls' | 'client-tls', values: Values<typeof FLAGS>): TlsChoice {
  const files = { ca: values[`${prefix}-ca`], cert: values[`${prefix}-cert`], key: values[`${prefix}-key`] };
  return readTlsChoice(prefix, files);
}
