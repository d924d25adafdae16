import type { KnownLine } from './known-line.ts';

const base = { severity: 'problem' } as const;

/** Lines about how etcd was started. */
export const SETTING_LINES: readonly KnownLine[] = [
  {
    ...base,
    id: 'no-discovery-flag',
    versions: '3.7 and newer',
    pattern: /flag provided but not defined: -discovery(?:-proxy|-fallback|-srv)?\s*$/,
    meaning: 'etcd 3.7 and newer have no --discovery any more, and end at it.',
    remedy:
      'Start it with --discovery-token TOKEN --discovery-endpoints http://HOST:PORT, from the same discovery URL.',
  },
  {
    ...base,
    id: 'discovery-unheeded',
    versions: '3.7 and newer',
    pattern: /unrecognized environment variable.*\bETCD_DISCOVERY(?:_PROXY|_FALLBACK)?=/,
    meaning:
      'etcd 3.7 and newer pay no heed to ETCD_DISCOVERY: this member forms a cluster of its own, and so does every other one.',
    remedy:
      'Set ETCD_DISCOVERY_TOKEN and ETCD_DISCOVERY_ENDPOINTS instead, and move the data folders away before the next start.',
  },
  {
    ...base,
    id: 'no-fallback-proxy',
    versions: '3.6 and newer',
    pattern: /--discovery-fallback can't be configured as/,
    meaning:
      'etcd 3.6 and newer cannot become a proxy where the cluster is full, and end at the flag that asks for it.',
    remedy: 'Leave --discovery-fallback out; "muster join --on-full proxy" starts etcd grpc-proxy instead.',
  },
  {
    ...base,
    id: 'too-many-ways',
    versions: '2.0 and newer',
    pattern: /multiple discovery or bootstrap flags are set|both v2 discovery settings/,
    meaning: 'etcd was given more than one way to find the others.',
    remedy:
      'Give one of --discovery, --discovery-token with --discovery-endpoints, --discovery-srv or --initial-cluster.',
  },
  {
    ...base,
    id: 'half-of-v3',
    versions: '3.6 and newer',
    pattern:
      /both --discovery-token and --discovery-endpoints must be set|--discovery-endpoints must not contain empty/,
    meaning: 'v3 discovery takes a token and endpoints, and one of them is missing.',
    remedy: 'Give --discovery-token TOKEN and --discovery-endpoints http://HOST:PORT.',
  },
  {
    ...base,
    id: 'both-folders',
    versions: '2.0 to 3.5',
    pattern: /both member and proxy directories exist/i,
    meaning:
      'The data folder holds a member and a proxy: this machine became a proxy when it was to be a member.',
    remedy: 'Remove the one that is not meant, proxy/ or member/, from the data folder.',
  },
  {
    ...base,
    id: 'bad-listen-url',
    versions: '2.0 and newer',
    pattern:
      /expected IP in URL for binding|cannot assign requested address|listen tcp \S+ bind: (?:cannot|address)|address already in use/,
    meaning: 'etcd cannot listen at the address of --listen-peer-urls or --listen-client-urls.',
    remedy:
      'Give an address of this machine, or 0.0.0.0, with a port that nothing else has; a name is not taken there.',
  },
  {
    ...base,
    id: 'no-client-urls',
    versions: '2.0 and newer',
    pattern:
      /advertise-client-urls is required when|must advertise accessible url|advertise client URLs are not set/,
    meaning: 'etcd was told where to listen for clients, and not what to tell them.',
    remedy: 'Give --advertise-client-urls beside --listen-client-urls.',
  },
  {
    ...base,
    id: 'not-in-initial-cluster',
    versions: '2.0 and newer',
    pattern:
      /couldn't find local name|--initial-cluster has \S+ but missing from|--initial-cluster must include|forgot to set --initial-(?:cluster|advertise-peer-urls)/,
    meaning:
      'etcd does not find itself in --initial-cluster: it was started without a discovery URL, or with other peer URLs.',
    remedy:
      'Give --discovery or --discovery-token, and the --initial-advertise-peer-urls that the others know.',
  },
];
