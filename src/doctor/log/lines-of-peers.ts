import type { KnownLine } from './known-line.ts';

const base = { severity: 'problem' } as const;
const UNREACHED =
  '^(?:failed to reach the peer ?URL|prober detected unhealthy status|health check for peer|the connection to peer \\S+ is unhealthy|cannot get the version of member|failed to get version|peer became inactive|peer \\S+ became inactive|failed to dial|failed to get cluster response from|could not get cluster response from|error #0: dial)';

function unreached(reason: string): RegExp {
  return new RegExp(`${UNREACHED}.*(?:${reason})`);
}

/** Lines about the other members, once discovery is done. */
export const PEER_LINES: readonly KnownLine[] = [
  {
    ...base,
    id: 'cluster-mismatch',
    versions: '2.0 and newer',
    pattern: /cluster ID mismatch|cluster-id mismatch/i,
    meaning:
      'This member and another one are in different clusters: one of them has the data of an earlier cluster, or was given another spelling of the URL.',
    remedy:
      'Find the one that differs ("muster doctor URL" names it), move its data folder away, and begin with a new token, or add it with etcdctl member add.',
  },
  {
    ...base,
    id: 'peer-certificate',
    versions: '2.0 and newer',
    pattern:
      /x509: |rejected connection (?:from|on peer endpoint)|remote error: (?:tls: )?(?:bad|unknown|expired) certificate/,
    meaning:
      'A peer is refused for its certificate: another CA, another host name than in the peer URL, or out of its time.',
    remedy:
      "Use one --peer-trusted-ca-file everywhere, certificates with each peer URL's host as a subject alternative name, and the same scheme, http or https, on all members.",
  },
  {
    ...base,
    id: 'peer-refuses',
    versions: '2.0 and newer',
    severity: 'warning',
    pattern: unreached('dial tcp (?<at>\\S+): .*connection refused'),
    meaning: ({ groups: { at } = {} }) =>
      `Nobody listens at ${at}, where another member should be: its etcd does not run, or at another address.`,
    remedy: 'Look into the log of that member, and start it with its data.',
  },
  {
    ...base,
    id: 'peer-no-way',
    versions: '2.0 and newer',
    pattern: unreached(
      '(?:dial tcp (?<at>\\S+): )?(?:i/o timeout|connect: no route to host|connect: network is unreachable|context deadline exceeded|net/http: TLS handshake timeout)',
    ),
    meaning: ({ groups: { at } = {} }) =>
      `Nothing comes back from ${at ?? 'the peer URL of another member'}: a firewall, a wrong address, or a machine that is off.`,
    remedy:
      'Open the peer port, usually TCP 2380, between all members in both directions, and check what each advertises.',
  },
  {
    ...base,
    id: 'peer-name',
    versions: '2.0 and newer',
    pattern: unreached('no such host|server misbehaving|lookup \\S+'),
    meaning: 'The name in the peer URL of another member has no address on this machine.',
    remedy: 'Put the name into the name server or /etc/hosts, or advertise addresses.',
  },
  {
    id: 'clock',
    versions: '2.0 and newer',
    severity: 'warning',
    pattern: /clock difference against peer .* is too high|prober found high clock drift/,
    meaning: 'The clocks of members do not go alike.',
    remedy: 'Let chrony, systemd-timesyncd or another NTP client set the clock of every machine.',
  },
  {
    ...base,
    id: 'version',
    versions: '2.0 and newer',
    pattern:
      /request version incompatibility|server version incompatible|version incompatib|cluster version of remote member is not compatible|(?:remote|local) version is too low|is higher than the current|incompatible with current running cluster/,
    meaning: 'Members run versions of etcd that do not work with each other.',
    remedy: 'Run one version of etcd on all machines; they may be one minor version apart.',
  },
  {
    ...base,
    id: 'removed',
    versions: '2.0 and newer',
    pattern:
      /the member has been permanently removed from the cluster|rejected (?:the )?stream from (?:remote )?peer .*since it was removed|removed member/,
    meaning:
      'This member, or the one that it hears from, was removed from the cluster, and cannot come back under its id.',
    remedy:
      'Move its data folder away, run etcdctl member add, and start it with --initial-cluster-state=existing.',
  },
  {
    ...base,
    id: 'lost-data',
    versions: '2.0 and newer',
    pattern: /tocommit\(\d+\) is out of range \[lastIndex\(\d+\)\]|raft log corrupted, truncated, or lost/,
    meaning:
      'This member was in the cluster before, and came back without its data; etcd ends rather than to go on like that.',
    remedy:
      'Empty its data folder, and put it back by the lines that "muster replace URL --name NAME" prints.',
  },
  {
    id: 'no-leader',
    versions: '2.0 and newer',
    severity: 'problem',
    isPassing: true,
    pattern:
      /is starting a new election at term|publish error: etcdserver: request timed out|failed to publish local member to cluster through raft/,
    meaning: 'This member finds no leader: less than a majority of the members reach each other.',
    remedy: 'Start the others, and open the peer ports between all members; the lines about peers say which.',
    settledBy: ['elected', 'ready'],
  },
  {
    id: 'elected',
    versions: '2.0 and newer',
    severity: 'step',
    pattern: /elected leader [0-9a-f]+ at term/,
    meaning: 'The members have elected a leader.',
  },
  {
    id: 'peer-lost',
    versions: '2.1 and newer',
    severity: 'note',
    pattern: /^lost (?:the )?TCP streaming connection with (?:remote )?peer|^peer (?:\S+ )?became inactive/,
    meaning: 'A connection to another member ended; etcd makes a new one by itself.',
    remedy: 'Where it comes again and again, look at that member and at the network between.',
  },
];
