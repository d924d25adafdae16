import { LIMITS } from '../limits.ts';
import {
  durationBetween,
  type HostPort,
  type MetricsChoice,
  oneOf,
  parseEtcdPrefix,
  parseFileName,
  parseHostPort,
  parseMetricsChoice,
  parsePublicUrl,
  parseStoreChoice,
  parseSwitch,
  parseTokenTtl,
  parseTrustedProxies,
  type StoreChoice,
  wholeNumberBetween,
} from './setting-values.ts';

/** Who may make tokens: everyone, requests from this machine, or holders of the admin token. */
export type CreateMode = 'open' | 'loopback' | 'admin';
/** What a client certificate is demanded for, where a client CA is set: writes alone, or everything. */
export type TlsClientAuth = 'writes' | 'all';
/** The least severe level that is logged; the names of pino. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
/** Log lines for people or for programs. */
export type LogFormat = 'text' | 'json';

/** The values of all options. `undefined`: not given, and what then happens is decided from the others. */
export interface OptionValues {
  readonly listen: HostPort;
  readonly publicUrl: string | undefined;
  readonly trustProxy: readonly string[];
  readonly cors: boolean;
  readonly shutdownTimeoutSeconds: number;
  readonly tlsCertFile: string | undefined;
  readonly tlsKeyFile: string | undefined;
  readonly tlsClientCaFile: string | undefined;
  readonly tlsClientAuth: TlsClientAuth;
  readonly store: StoreChoice;
  readonly etcdPrefix: string | undefined;
  readonly etcdCaFile: string | undefined;
  readonly etcdCertFile: string | undefined;
  readonly etcdKeyFile: string | undefined;
  readonly etcdUserFile: string | undefined;
  readonly create: CreateMode | undefined;
  readonly adminTokenFile: string | undefined;
  readonly usersFile: string | undefined;
  readonly tokenTtlSeconds: number;
  readonly guard: boolean;
  readonly rateLimit: boolean;
  readonly newPerMinute: number;
  readonly watchesPerAddress: number;
  readonly watchesPerToken: number;
  readonly metrics: MetricsChoice;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat | undefined;
}

/** The headings under which the help shows the options, in its order. */
export const OPTION_GROUPS = ['Network', 'Storage', 'Tokens', 'Floods', 'Observing'] as const;

/** One option: everything that the command line, the environment, the file, the help and the docs need. */
export interface Option<Value> {
  /** The flag without its dashes, which is also the key in the settings file. */
  readonly flag: string;
  readonly variable: string;
  readonly group: (typeof OPTION_GROUPS)[number];
  /** What stands for the value in the help, such as `HOST:PORT`. */
  readonly placeholder: string;
  /** What it does, as sentences. */
  readonly help: string;
  readonly example: string;
  readonly default: Value;
  /** The default as a person would write it, or what happens without one. */
  readonly defaultText: string;
  /** The value of a text; throws `bad-setting` with a predicate as its message. */
  readonly parse: (text: string) => Value;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const WEEK_SECONDS = 7 * 24 * 60 * 60;

/** Every option of the server, in the order in which people read about them. */
export const OPTIONS: { readonly [Name in keyof OptionValues]: Option<OptionValues[Name]> } = {
  listen: {
    flag: 'listen',
    variable: 'MUSTER_LISTEN',
    group: 'Network',
    placeholder: 'HOST:PORT',
    help: 'Where to listen. :8087 is every address of the machine, a bare port is 127.0.0.1, port 0 is any free one.',
    example: '10.0.0.5:8087',
    default: { host: '127.0.0.1', port: 8087 },
    defaultText: '127.0.0.1:8087',
    parse: parseHostPort,
  },
  publicUrl: {
    flag: 'public-url',
    variable: 'MUSTER_PUBLIC_URL',
    group: 'Network',
    placeholder: 'URL',
    help: 'The URL that machines reach this service by: scheme, host and port. /new prints it, spelt exactly so.',
    example: 'https://discovery.example.com',
    default: undefined,
    defaultText: 'the Host header of each request',
    parse: parsePublicUrl,
  },
  trustProxy: {
    flag: 'trust-proxy',
    variable: 'MUSTER_TRUST_PROXY',
    group: 'Network',
    placeholder: 'ADDRESSES',
    help: 'Reverse proxies whose X-Forwarded-For, -Host and -Proto headers are believed: addresses or CIDR ranges with commas between.',
    example: '10.0.0.7,fd00::/64',
    default: [],
    defaultText: 'none',
    parse: parseTrustedProxies,
  },
  cors: {
    flag: 'cors',
    variable: 'MUSTER_CORS',
    group: 'Network',
    placeholder: 'on|off',
    help: 'Lets pages of other sites read answers in a browser, with the headers that etcd itself sends.',
    example: 'off',
    default: true,
    defaultText: 'on',
    parse: parseSwitch,
  },
  shutdownTimeoutSeconds: {
    flag: 'shutdown-timeout',
    variable: 'MUSTER_SHUTDOWN_TIMEOUT',
    group: 'Network',
    placeholder: 'DURATION',
    help: 'How long a stop waits for requests in progress before their connections are cut; 1s to 5m.',
    example: '10s',
    default: 5,
    defaultText: '5s',
    parse: durationBetween(LIMITS.shutdownTimeoutMinSeconds, LIMITS.shutdownTimeoutMaxSeconds),
  },
  tlsCertFile: {
    flag: 'tls-cert',
    variable: 'MUSTER_TLS_CERT',
    group: 'Network',
    placeholder: 'FILE',
    help: 'Serves over TLS with this certificate and its chain, in PEM form. Changed files are taken up without a restart.',
    example: '/etc/muster/tls.crt',
    default: undefined,
    defaultText: 'no TLS',
    parse: parseFileName,
  },
  tlsKeyFile: {
    flag: 'tls-key',
    variable: 'MUSTER_TLS_KEY',
    group: 'Network',
    placeholder: 'FILE',
    help: 'The private key of the TLS certificate, in PEM form.',
    example: '/etc/muster/tls.key',
    default: undefined,
    defaultText: 'no TLS',
    parse: parseFileName,
  },
  tlsClientCaFile: {
    flag: 'tls-client-ca',
    variable: 'MUSTER_TLS_CLIENT_CA',
    group: 'Network',
    placeholder: 'FILE',
    help: 'Demands of clients that write a certificate of this CA. Members of v2 discovery have none, so they cannot register then.',
    example: '/etc/muster/client-ca.crt',
    default: undefined,
    defaultText: 'no client certificates',
    parse: parseFileName,
  },
  tlsClientAuth: {
    flag: 'tls-client-auth',
    variable: 'MUSTER_TLS_CLIENT_AUTH',
    group: 'Network',
    placeholder: 'writes|all',
    help: 'With --tls-client-ca: whether a client certificate is demanded for writes alone, or for every connection.',
    example: 'all',
    default: 'writes',
    defaultText: 'writes',
    parse: oneOf(['writes', 'all']),
  },
  store: {
    flag: 'store',
    variable: 'MUSTER_STORE',
    group: 'Storage',
    placeholder: 'STORE',
    help: 'Where registrations are kept: lmdb:DIR is a folder on this machine, etcd:URL[,URL...] an etcd cluster (3.4 or later) that any number of Musters share, memory: forgets everything at exit.',
    example: 'lmdb:/var/lib/muster',
    default: { kind: 'lmdb', folder: './muster-data' },
    defaultText: 'lmdb:./muster-data',
    parse: parseStoreChoice,
  },
  etcdPrefix: {
    flag: 'etcd-prefix',
    variable: 'MUSTER_ETCD_PREFIX',
    group: 'Storage',
    placeholder: 'PREFIX',
    help: 'Stands before every key in an etcd cluster that others use too. Without it, etcd members may also be pointed at that cluster itself.',
    example: '/discovery',
    default: undefined,
    defaultText: 'none',
    parse: parseEtcdPrefix,
  },
  etcdCaFile: {
    flag: 'etcd-ca',
    variable: 'MUSTER_ETCD_CA',
    group: 'Storage',
    placeholder: 'FILE',
    help: 'The CA of the etcd cluster, in PEM form.',
    example: '/etc/muster/etcd-ca.crt',
    default: undefined,
    defaultText: 'the CAs that Node.js knows',
    parse: parseFileName,
  },
  etcdCertFile: {
    flag: 'etcd-cert',
    variable: 'MUSTER_ETCD_CERT',
    group: 'Storage',
    placeholder: 'FILE',
    help: 'The client certificate that is shown to the etcd cluster, in PEM form.',
    example: '/etc/muster/etcd.crt',
    default: undefined,
    defaultText: 'none',
    parse: parseFileName,
  },
  etcdKeyFile: {
    flag: 'etcd-key',
    variable: 'MUSTER_ETCD_KEY',
    group: 'Storage',
    placeholder: 'FILE',
    help: 'The private key of that certificate, in PEM form.',
    example: '/etc/muster/etcd.key',
    default: undefined,
    defaultText: 'none',
    parse: parseFileName,
  },
  etcdUserFile: {
    flag: 'etcd-user-file',
    variable: 'MUSTER_ETCD_USER_FILE',
    group: 'Storage',
    placeholder: 'FILE',
    help: 'A file with one line NAME:PASSWORD, by which Muster authenticates to the etcd cluster.',
    example: '/etc/muster/etcd-user',
    default: undefined,
    defaultText: 'none',
    parse: parseFileName,
  },
  create: {
    flag: 'create',
    variable: 'MUSTER_CREATE',
    group: 'Tokens',
    placeholder: 'open|loopback|admin',
    help: 'Who may make tokens: everyone, requests from this machine, or holders of the admin token.',
    example: 'open',
    default: undefined,
    defaultText: 'open when listening on a loopback address, otherwise admin',
    parse: oneOf(['open', 'loopback', 'admin']),
  },
  adminTokenFile: {
    flag: 'admin-token-file',
    variable: 'MUSTER_ADMIN_TOKEN_FILE',
    group: 'Tokens',
    placeholder: 'FILE',
    help: `A file that holds the admin token, of at least ${LIMITS.adminTokenMinChars} characters. Who presents it may do everything.`,
    example: '/etc/muster/admin-token',
    default: undefined,
    defaultText: 'none, so that nobody has admin rights',
    parse: parseFileName,
  },
  usersFile: {
    flag: 'users-file',
    variable: 'MUSTER_USERS_FILE',
    group: 'Tokens',
    placeholder: 'FILE',
    help: 'Demands a user and its password of clients that write: one NAME:PASSWORD a line. Members of v2 discovery send none, so they cannot register then.',
    example: '/etc/muster/users',
    default: undefined,
    defaultText: 'none, so that nobody needs a password',
    parse: parseFileName,
  },
  tokenTtlSeconds: {
    flag: 'token-ttl',
    variable: 'MUSTER_TOKEN_TTL',
    group: 'Tokens',
    placeholder: 'DURATION',
    help: 'How long a token lives from its creation, where its maker asks for nothing else; 1m to 365d.',
    example: '12h',
    default: WEEK_SECONDS,
    defaultText: '7d',
    parse: parseTokenTtl,
  },
  guard: {
    flag: 'guard',
    variable: 'MUSTER_GUARD',
    group: 'Tokens',
    placeholder: 'on|off',
    help: 'Refuses members that would keep their cluster from forming, such as two of one name, and says what to change.',
    example: 'off',
    default: true,
    defaultText: 'on',
    parse: parseSwitch,
  },
  rateLimit: {
    flag: 'rate-limit',
    variable: 'MUSTER_RATE_LIMIT',
    group: 'Floods',
    placeholder: 'on|off',
    help: 'Whether the limits below hold. An IPv6 network of 64 bits counts as one address.',
    example: 'off',
    default: true,
    defaultText: 'on',
    parse: parseSwitch,
  },
  newPerMinute: {
    flag: 'new-per-minute',
    variable: 'MUSTER_NEW_PER_MINUTE',
    group: 'Floods',
    placeholder: 'COUNT',
    help: 'How many tokens one address may make in a minute, 1 to 1000000; as many at once.',
    example: '10',
    default: 60,
    defaultText: '60',
    parse: wholeNumberBetween(1, LIMITS.floodSettingMax),
  },
  watchesPerAddress: {
    flag: 'watches-per-address',
    variable: 'MUSTER_WATCHES_PER_ADDRESS',
    group: 'Floods',
    placeholder: 'COUNT',
    help: 'How many requests of one address may wait at a time. Machines behind one NAT share an address. 1 to 1000000.',
    example: '500',
    default: 4000,
    defaultText: '4000',
    parse: wholeNumberBetween(1, LIMITS.floodSettingMax),
  },
  watchesPerToken: {
    flag: 'watches-per-token',
    variable: 'MUSTER_WATCHES_PER_TOKEN',
    group: 'Floods',
    placeholder: 'COUNT',
    help: 'How many requests may wait on one token at a time: each member that waits for others is one. 1 to 1000000.',
    example: '100',
    default: 2048,
    defaultText: '2048',
    parse: wholeNumberBetween(1, LIMITS.floodSettingMax),
  },
  metrics: {
    flag: 'metrics-listen',
    variable: 'MUSTER_METRICS_LISTEN',
    group: 'Observing',
    placeholder: 'main|off|HOST:PORT',
    help: 'Where /metrics is served: beside everything else, nowhere, or on an address of its own only.',
    example: '127.0.0.1:9087',
    default: { kind: 'main' },
    defaultText: 'main',
    parse: parseMetricsChoice,
  },
  logLevel: {
    flag: 'log-level',
    variable: 'MUSTER_LOG_LEVEL',
    group: 'Observing',
    placeholder: 'LEVEL',
    help: `The least severe messages that are logged: ${LOG_LEVELS.join(', ')}.`,
    example: 'warn',
    default: 'info',
    defaultText: 'info',
    parse: oneOf(LOG_LEVELS),
  },
  logFormat: {
    flag: 'log-format',
    variable: 'MUSTER_LOG_FORMAT',
    group: 'Observing',
    placeholder: 'text|json',
    help: 'Log lines for people, or one JSON object per line for programs.',
    example: 'json',
    default: undefined,
    defaultText: 'text on a terminal, otherwise json',
    parse: oneOf(['text', 'json']),
  },
};

/** The flag and the variable that name the settings file; it cannot be set in the file itself. */
export const FILE_OPTION = {
  flag: 'config',
  variable: 'MUSTER_CONFIG',
  placeholder: 'FILE',
  help: 'A YAML file of settings. Its keys are the flags without their dashes, such as "public-url: https://discovery.example.com".',
  example: '/etc/muster/muster.yaml',
  defaultText: 'none',
} as const;

/** What a flag or variable of the Go discovery server stands for here. */
export interface GoServerOption {
  readonly flags: readonly string[];
  readonly variable?: string;
  /** `etcd` names a store in etcd; `ignored` has no counterpart. */
  readonly means: keyof OptionValues | 'etcd' | 'ignored';
}

/** The command line of `discovery.etcd.io`, so that Muster can take its place with the same unit file. */
export const GO_SERVER_OPTIONS: readonly GoServerOption[] = [
  { flags: ['addr', 'a'], variable: 'DISC_ADDR', means: 'listen' },
  { flags: ['host', 'h'], variable: 'DISC_HOST', means: 'publicUrl' },
  { flags: ['etcd', 'e'], variable: 'DISC_ETCD', means: 'etcd' },
  { flags: ['m'], means: 'tokenTtlSeconds' },
  // The pause between its collections of old tokens; Muster expires each token in time.
  { flags: ['g'], means: 'ignored' },
];
