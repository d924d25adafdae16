import type { Cause } from '../cause.ts';
import type { Check } from '../check.ts';
import { areLost, type Facts, isComplete, peersIn } from '../facts.ts';
import { linesOf, listMembers } from '../wording.ts';

/** Whether what answers at the peer URLs is etcd. Members that wait for others answer nothing yet, as they should. */
export const peerAnswer: Check = {
  id: 'peer-answer',
  proves: 'What is reached at the peer URLs is etcd, by the scheme of the URL.',
  run: (facts) =>
    facts.peers.length === 0
      ? 'skipped'
      : [...findScheme(facts), ...findStrangers(facts), ...findSilent(facts), ...findWanting(facts)],
};

function findScheme(facts: Facts): Cause[] {
  const found = peersIn(facts, 'wants-tls', 'not-tls');
  if (found.length === 0) return [];
  return [
    {
      id: 'peer-scheme',
      severity: areLost(facts, found) ? 'problem' : 'warning',
      sentence: `The scheme in the peer URL of ${listMembers(found)} is not the one that is spoken there, so that no peer gets an answer.`,
      evidence: linesOf(found, ({ state }) =>
        state === 'wants-tls' ? 'TLS is spoken there' : 'no TLS is spoken there',
      ),
      remedy:
        'Write the same scheme, http or https, into --listen-peer-urls and --initial-advertise-peer-urls; with https give the --peer-* files.',
    },
  ];
}

function findStrangers(facts: Facts): Cause[] {
  // Machines of etcd 0.4, which have no name, answer other questions.
  const found = peersIn(facts, 'no-etcd').filter(({ member }) => member.name !== null);
  if (found.length === 0) return [];
  return [
    {
      id: 'peer-no-etcd',
      severity: areLost(facts, found) ? 'problem' : 'warning',
      sentence: `What answers at the peer URL of ${listMembers(found)} is no peer of etcd.`,
      evidence: linesOf(found, ({ reason }) => reason),
      remedy:
        'Advertise the port of --listen-peer-urls, usually 2380, and not that of clients, of a proxy or of another program.',
    },
  ];
}

function findSilent(facts: Facts): Cause[] {
  const found = peersIn(facts, 'silent');
  // etcd listens before it asks the discovery service, and serves when its cluster is complete.
  if (found.length === 0 || !isComplete(facts)) return [];
  return [
    {
      id: 'peer-silent',
      severity: areLost(facts, found) ? 'problem' : 'warning',
      sentence: `Connections to ${listMembers(found)} are taken and nothing is answered: etcd there has not learned yet that the cluster is complete, or is stuck.`,
      evidence: linesOf(found, ({ reason }) => reason),
      remedy:
        'Look into the log there (--log): it may still wait for the discovery service, or a firewall lets connections in and nothing after.',
    },
  ];
}

function findWanting(facts: Facts): Cause[] {
  const found = peersIn(facts, 'wants-certificate');
  if (found.length === 0) return [];
  const { hasCertificate } = facts;
  return [
    {
      id: 'peer-wants-certificate',
      severity: hasCertificate ? 'warning' : 'note',
      sentence: hasCertificate
        ? `The certificate of --cert is not taken by ${listMembers(found)}: its CA is not the one in --peer-trusted-ca-file there.`
        : `Only whoever shows a certificate gets an answer from ${listMembers(found)}, so that nothing more can be seen from here.`,
      evidence: linesOf(found, ({ reason }) => reason),
      remedy: hasCertificate
        ? 'Give the files of --peer-cert-file and --peer-key-file of a member; where these are they, the members do not take each other either.'
        : 'Give --cert and --key, such as the files of --peer-cert-file and --peer-key-file of a member.',
    },
  ];
}
