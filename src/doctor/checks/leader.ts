import type { Check } from '../check.ts';
import { linesOf } from '../wording.ts';

/** Whether the cluster works, as its members say it themselves. */
export const leader: Check = {
  id: 'leader',
  proves: 'The cluster has a leader, and takes writes.',
  run: (facts) => {
    if (facts.health === 'unknown') return 'skipped';
    if (facts.health === 'healthy') return [];
    return [
      {
        id: 'no-leader',
        severity: 'problem',
        sentence:
          'The members that answer have no leader: less than a majority of the cluster reach each other.',
        evidence: linesOf(facts.peers, ({ state }) => (state === 'answers' ? 'runs' : 'does not answer')),
        remedy:
          'Start the members that are down with their data, and open the peer ports between all of them; a cluster that lost its majority for good is restored from a snapshot.',
      },
    ];
  },
};
