import type { KnownLine } from './known-line.ts';

const base = { severity: 'problem' } as const;
const NEW_TOKEN = 'Make a new token with /new?size=N and give it to every machine of the new cluster.';

/** Lines about the token, and about what the service says to a registration. */
export const TOKEN_LINES: readonly KnownLine[] = [
  {
    id: 'became-proxy',
    versions: '2.0 to 3.5',
    severity: 'warning',
    pattern: /discovery cluster (?:is )?full, falling back to/,
    meaning:
      'All places of the token are taken by others, so that this machine became a proxy before their cluster: it keeps no data, and speaks the v2 API only.',
    remedy:
      'Leave it, where that was meant; to make it a member, remove its data folder, run etcdctl member add, and start it with --initial-cluster-state=existing.',
  },
  {
    ...base,
    id: 'full',
    versions: '2.0 and newer',
    pattern: /discovery: cluster is full/,
    meaning:
      'All places of the token are taken by others: more machines than its size were started, or it is the token of an earlier cluster.',
    remedy: `For a new cluster, make a new token; to add this machine to theirs, run etcdctl member add and start it with --initial-cluster-state=existing.`,
  },
  {
    ...base,
    id: 'expired-token',
    versions: '2.0 and newer',
    pattern: /this token (?<how>expired|was revoked) on (?<at>\S+)/,
    meaning: ({ groups: { how, at } = {} }) => `The token ${how} on ${at}.`,
    remedy: NEW_TOKEN,
  },
  {
    ...base,
    id: 'unknown-token',
    versions: '2.0 and newer',
    pattern:
      /100: Key not found|discovery: (?:size key|token) not found|this token was never issued here|unable to GET token/,
    meaning:
      'The service knows no such token: a slip in the URL, a token of another service, or one that ended long ago.',
    remedy:
      'Check the URL letter by letter, or make a new token with /new?size=N and give it to every machine.',
  },
  {
    ...base,
    id: 'bad-size',
    versions: '2.0 and newer',
    pattern: /discovery: size key is bad/,
    meaning: 'The cluster size of the token is not a whole number above 0.',
    remedy: NEW_TOKEN,
  },
  {
    ...base,
    id: 'member-came-back',
    versions: '2.0 and newer',
    pattern: /(?<who>member [0-9a-f]+ \([^)]*\)) has joined its cluster before/,
    meaning: ({ groups: { who } = {} }) =>
      `The service refuses ${who}: it was in its cluster already, and comes back without its data.`,
    remedy:
      'Put it back by the lines that "muster replace URL --name NAME" prints, with --initial-cluster-state=existing and without --discovery.',
  },
  {
    ...base,
    id: 'refused',
    versions: '2.1 and newer',
    pattern:
      /(?:cluster \((?!100: |105: )\d+: (?<why>.*) \((?<remedy>[^()]+(?:\([^()]*\)[^()]*)*)\) \[\d+\]\)|code = (?:FailedPrecondition|InvalidArgument|PermissionDenied|AlreadyExists) desc = (?<why2>.*) \((?<remedy2>[^()]+(?:\([^()]*\)[^()]*)*)\)(?:$| |"))/,
    meaning: ({ groups: { why, why2 } = {} }) =>
      `The discovery service refuses this machine: ${why ?? why2}.`,
    remedy: ({ groups: { remedy, remedy2 } = {} }) => sentenceOf(remedy ?? remedy2 ?? ''),
    settledBy: ['registered', 'found-all'],
  },
  {
    ...base,
    id: 'duplicate-id',
    versions: '2.0 to 3.6',
    pattern:
      /discovery: found duplicate id|has previously registered with discovery service|member has been registered with discovery service/,
    meaning:
      'A member with these peer URLs is registered already: this machine came back without its data, or another one advertises its address.',
    remedy:
      'If its cluster runs, run etcdctl member remove and member add and start it with --initial-cluster-state=existing; if it never came up, make a new token.',
  },
  {
    ...base,
    id: 'duplicate-name',
    versions: '2.2 and newer',
    // Over v3 nobody looks at the names, and etcd ends where it does not find itself among the members.
    pattern: /discovery: found duplicate name|member with duplicated name|failed to update; member unknown/,
    meaning:
      'Two machines of the token have one name, so that there are too few members; without --name all are "default".',
    remedy: 'Give every machine its own --name, and begin with a new token.',
  },
  {
    ...base,
    id: 'duplicate-url',
    versions: '2.0 and newer',
    pattern: /discovery cluster .*has duplicate url|duplicate url/,
    meaning: 'Two members of the token advertise one peer URL.',
    remedy: 'Give every machine its own --initial-advertise-peer-urls, and begin with a new token.',
  },
  {
    ...base,
    id: 'invalid-url',
    versions: '2.0 and newer',
    pattern: /discovery: invalid (?:peer )?URL|invalid peer info/,
    meaning: 'Something is registered under the token that is no member of etcd 2.0 or newer.',
    remedy:
      'Make a new token with /new?size=N, and give it to machines of etcd 2.0 or newer only, or of 0.4 only.',
  },
  {
    ...base,
    id: 'credentials',
    versions: '3.6 and newer; 2.1 and newer behind a login',
    pattern:
      /authentication failed, invalid user ID or password|110: The request requires user authentication|code = Unauthenticated/,
    meaning: 'The service wants a name and a password, and did not get the right ones.',
    remedy:
      'Give --discovery-user and --discovery-password, each by its own flag; over v2 there is no way to give them.',
  },
  {
    ...base,
    id: 'refused-by-code',
    versions: '2.1 to 3.6',
    pattern: /failed to (?:join|get) discovery cluster \((?<why>\d+: .*?)\)(?: |$)/,
    meaning: ({ groups: { why } = {} }) => `The discovery service refuses the request: ${why}.`,
    remedy: 'Do as the refusal says, and start etcd again.',
  },
];

/** What etcd adds to every failure, whatever the reason is: it counts where nothing else fits. */
export const TOKEN_WAS_USED: KnownLine = {
  id: 'token-was-used',
  versions: '2.0 and newer',
  severity: 'note',
  pattern:
    /discovery token was already used|discovery token \S+ was used, but failed to bootstrap|do not reuse (?:the )?discovery token|generate a new discovery token/,
  meaning: 'etcd adds this whatever the reason was, so that the token may well be good.',
  remedy: 'Go by the error in front of it.',
};

function sentenceOf(text: string): string {
  return text === ''
    ? 'Do as the refusal says.'
    : `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
