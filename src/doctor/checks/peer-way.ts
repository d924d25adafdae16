import type { Cause, DoctorCauseId } from '../cause.ts';
import type { Check } from '../check.ts';
import { areLost, type Facts, isComplete, type MemberProbe, peersIn } from '../facts.ts';
import { linesOf, listMembers } from '../wording.ts';
import { areAllGone } from './all-gone.ts';

/** A way in which peers are not reached. */
interface Obstacle {
  readonly id: DoctorCauseId;
  readonly states: readonly MemberProbe['state'][];
  readonly sentence: (names: string, facts: Facts) => string;
  readonly remedy: string;
}

const OBSTACLES: readonly Obstacle[] = [
  {
    id: 'peer-filtered',
    states: ['filtered'],
    sentence: (names) =>
      `Nothing comes back from the peer URL of ${names}: a firewall or security group drops what is sent, or no machine is on there.`,
    remedy:
      'Open the peer port, usually TCP 2380, between all members in both directions, and check that the machine is up.',
  },
  {
    id: 'peer-refused',
    states: ['refused'],
    sentence: (names, facts) =>
      isComplete(facts)
        ? `Nobody listens at the peer URL of ${names}: etcd does not run there, or listens at another address.`
        : `Nobody listens at the peer URL of ${names}: etcd registered and has ended since, or listens at another address.`,
    remedy:
      'Look into the log there (--log), start etcd again, and check that --listen-peer-urls covers the address that is advertised.',
  },
  {
    id: 'peer-unresolved',
    states: ['unresolved'],
    sentence: (names) => `The name in the peer URL of ${names} has no address on this machine.`,
    remedy:
      'Put the name into the name server or the /etc/hosts of every member, or advertise an address instead.',
  },
  {
    id: 'peer-no-route',
    states: ['no-route'],
    sentence: (names) =>
      `There is no way from here to the peer URL of ${names}: another network, or no machine with that address.`,
    remedy: 'Check the address that is advertised, and the routes between the networks of the members.',
  },
  {
    id: 'peer-tls-failed',
    states: ['tls-failed', 'closed', 'failed'],
    sentence: (names) => `The connection to the peer URL of ${names} is made, and ends before an answer.`,
    remedy: 'Look into the log of etcd there; a balancer or a proxy in front of a peer port does that too.',
  },
];

/** Whether members are reached at their peer URLs, from this machine. */
export const peerWay: Check = {
  id: 'peer-way',
  proves: 'Every member is reached from this machine at its peer URLs.',
  run: (facts) => {
    if (facts.peers.length === 0) return 'skipped';
    // What is said of all of them at once is not said again of each.
    const isQuiet = facts.peers.every(({ state }) => state === 'filtered');
    if (areAllGone(facts) && !isQuiet) return [];
    return OBSTACLES.flatMap((obstacle) => findObstacle(facts, obstacle));
  },
};

function findObstacle(facts: Facts, { id, states, sentence, remedy }: Obstacle): Cause[] {
  const found = peersIn(facts, ...states);
  if (found.length === 0) return [];
  return [
    {
      id,
      // A member that is reached at another of its addresses can still take part.
      severity: areLost(facts, found) ? 'problem' : 'warning',
      sentence: sentence(listMembers(found), facts),
      evidence: linesOf(found, ({ reason }) => reason),
      remedy,
    },
  ];
}
