import type { Check } from '../check.ts';
import { type Facts, isComplete, peersIn } from '../facts.ts';
import { linesOf, listMembers } from '../wording.ts';

/** Whether the token is complete and none of its members is to be found: the stale token of the handbooks. */
export function areAllGone(facts: Facts): boolean {
  const gone = peersIn(facts, 'refused', 'filtered', 'no-route', 'unresolved');
  return isComplete(facts) && facts.peers.length > 0 && gone.length === facts.peers.length;
}

const GONE_REMEDY =
  'Start those machines again with their data, or make a new token with /new?size=N for a new cluster and give it to every machine.';
const QUIET_REMEDY =
  'Make sure that no firewall hides them; if they are gone, make a new token with /new?size=N for a new cluster and give it to every machine.';

/** The stale token. */
export const allGone: Check = {
  id: 'all-gone',
  proves: 'Somebody is still there of the members that took the places of the token.',
  run: (facts) => {
    if (!isComplete(facts) || facts.peers.length === 0) return 'skipped';
    if (!areAllGone(facts)) return [];
    const isQuiet = facts.peers.every(({ state }) => state === 'filtered');
    return [
      {
        id: 'all-gone',
        severity: 'problem',
        sentence: `All places are held by ${listMembers(facts.peers)}, which cannot be found: new machines with this token are turned away, or wait for them without an end.`,
        evidence: linesOf(facts.peers, ({ reason }) => reason),
        remedy: isQuiet ? QUIET_REMEDY : GONE_REMEDY,
      },
    ];
  },
};
