import type { KnownLine } from './known-line.ts';

const GOOD = { severity: 'step' } as const;

/** What a member says that forms its cluster. */
export const STEP_LINES: readonly KnownLine[] = [
  {
    ...GOOD,
    id: 'registered',
    versions: '2.0 and newer',
    pattern:
      /^(?:found self (?:\S+ in the cluster|from discovery server)|register member itself successfully)/,
    meaning: 'This member is registered with the discovery service.',
  },
  {
    ...GOOD,
    id: 'waiting-for-members',
    versions: '2.0 and newer',
    pattern:
      /^(?:found (?<found>\d+) peer\(s\), waiting for (?<more>\d+) more|found peers from discovery server; waiting for more.* found-peers=(?<found2>\d+) needed-peers=(?<more2>\d+)|waiting for peers from discovery service.* clusterSize=(?<size>\d+) found-peers=(?<found3>\d+))/,
    meaning: ({ groups = {} }) => {
      const { found, found2, found3, more, more2, size } = groups;
      const here = Number(found ?? found2 ?? found3);
      return `This member waits for others: ${here} here, ${more ?? more2 ?? Number(size) - here} missing.`;
    },
  },
  {
    ...GOOD,
    id: 'found-all',
    versions: '2.0 and newer',
    pattern:
      /^(?:found \d+ needed peer\(s\)|found all needed peers from discovery (?:server|service)|discovery (?:joined|got) cluster successfully)/,
    meaning: 'All members have registered; discovery is done.',
  },
  {
    ...GOOD,
    id: 'member-started',
    versions: '2.0 and newer',
    pattern: /^(?:start(?:ing)? (?:local )?member\b|starting local member)/,
    meaning: 'This member starts, with the members that discovery told.',
  },
  {
    ...GOOD,
    id: 'ready',
    versions: '2.1 and newer',
    pattern: /^(?:ready to serve client requests|published (?:\{Name:|local member to cluster through raft))/,
    meaning: 'This member is part of a cluster with a leader, and serves clients.',
  },
  {
    id: 'token-ignored',
    versions: '2.0 and newer',
    severity: 'note',
    pattern: /^discovery token (?:is )?ignored since (?:a |the )?(?:cluster|proxy)/,
    meaning:
      'The data folder holds a member, or a proxy, already, so that discovery is not asked: it goes on with the cluster that it was in.',
    remedy:
      'Leave it, where this machine is to go on in that cluster; for a new cluster, move the data folder away and give it a new token.',
  },
  {
    id: 'v2-deprecated',
    versions: '3.6',
    severity: 'note',
    pattern: /^V2 discovery is deprecated/,
    meaning: 'etcd 3.6 is the last that takes --discovery.',
    remedy: 'Use --discovery-token and --discovery-endpoints from now on; 3.7 takes nothing else.',
  },
];
